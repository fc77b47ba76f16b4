// Reports: how full the nets are, what they bring in, who does not come, and how early members book.
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, type Report } from "../api";
import { club, today } from "../club";
import { Age, Choice, Empty, Heading, saveFile, Trouble, useAct, Waiting } from "../parts";
import { resource } from "../resource";
import { go } from "../router";
import { addDays, known, length, money, noonOf, percent, shortDay, t } from "../words";
import { Bars, clockHour, Lines, WeekHeat, weekdayName, type Bar } from "./plots";

const spans = [-14, 7, 28, 56]; // days until today, or from today where negative
const youngDays = 14;

const reportOf = (id: number, from: string, to: string) => resource<Report>(() =>
  done(api.GET("/api/v1/clubs/{club}/reports", { params: { path: { club: id }, query: { from, to } } })));

const sum = <T,>(list: T[] | null | undefined, of: (one: T) => number) => (list ?? []).reduce((all, one) => all + of(one), 0);
const part = (some: number, all: number) => (all ? some / all : 0);

export function Reports() {
  const c = club.value!;
  const days = useSignal(28);
  const now = today();
  const n = days.value;
  const report = useMemo(() => (n < 0 ? reportOf(c.id, now, addDays(now, -n - 1)) : reportOf(c.id, addDays(now, 1 - n), now)), [c.id, now, n]);
  useEffect(() => { void report.load(); }, [report]);
  const shown = report.state.value;
  return (
    <main class="reports">
      <Heading below={c.name}>{t("reports")}</Heading>
      <Choice name={t("days")} options={spans} value={n} label={(x) => t(x < 0 ? "report_ahead" : "report_days", Math.abs(x))}
        choose={(x) => { days.value = x; }} />
      <Age of={shown} />
      <Waiting of={report} rows={8} />
      {shown.data && <Found report={shown.data} past={n > 0} />}
    </main>
  );
}

function Found({ report: r, past }: { report: Report; past: boolean }) {
  const { act, busy, problem } = useAct();
  const days = r.days ?? [];
  const first = days.findIndex((d) => d.bookings > 0);
  const moved = (r.takings ?? []).length > 0;
  if (first < 0 && !moved) return <Empty text={t("report_none")} act={t("desk")} press={() => go("desk")} />;
  const bookings = sum(days, (d) => d.bookings);
  const noShows = sum(days, (d) => d.no_shows);
  const late = sum(days, (d) => d.late_cancelled);
  const save = () => act(async () => {
    const params = { path: { club: club.value!.id }, query: { from: r.from, to: r.to } };
    const file = await done(api.GET("/api/v1/clubs/{club}/reports.csv", { params, parseAs: "blob" }));
    saveFile(file as unknown as Blob, `report-${r.from}-${r.to}.csv`);
  });
  const figures: [string, string][] = [
    [t("report_bookings"), String(bookings)],
    [t("report_full"), percent(part(sum(r.hours, (h) => h.booked_minutes), sum(r.hours, (h) => h.open_minutes)))],
    [t("report_value"), money(sum(days, (d) => d.price_minor), r.currency)],
    [t("received"), money(sum(days, (d) => d.received_minor), r.currency)],
    [t("given_back"), money(sum(days, (d) => d.refunded_minor), r.currency)],
  ];
  const name = (day: string) => shortDay(noonOf(day), "UTC");
  const byDay = (of: (d: (typeof days)[number]) => number, text: (n: number) => string): Bar[] =>
    days.map((d) => ({ label: name(d.day), value: of(d), text: text(of(d)) }));
  return (
    <>
      <dl class="figures">{figures.map(([key, value]) => <div key={key}><dt>{key}</dt><dd>{value}</dd></div>)}</dl>
      <div class="actions">
        <button class="quiet" disabled={!!busy} aria-label={t("report_csv_how")} onClick={() => void save()}>{t("report_csv")}</button>
      </div>
      <Trouble problem={problem} />
      {past && first > 0 && days.length - first < youngDays && <p class="notice" role="status">{t("report_young")}</p>}
      <section>
        <h2>{t("report_use")}</h2>
        <p class="hint">{t("report_use_how")}</p>
        <WeekHeat name={t("report_use")} hours={(r.hours ?? []).map((h) => ({ ...h, part: part(h.booked_minutes, h.open_minutes), text: useOf(h) }))} />
      </section>
      <section>
        <h2>{t("report_by_day")}</h2>
        <Bars name={t("report_by_day")} bars={byDay((d) => d.price_minor + d.fee_minor, (n) => money(n, r.currency))} />
        {late > 0 && <p class="hint">{t("report_late", late, money(sum(days, (d) => d.fee_minor), r.currency))}</p>}
        <h3>{t("report_by_net")}</h3>
        <Lines name={t("report_by_net")} bars={(r.nets ?? []).map((n) => ({ label: n.name, value: n.price_minor, text: money(n.price_minor, r.currency) }))} />
        {moved && <Takings takings={r.takings!} />}
      </section>
      <section>
        <h2>{t("report_no_shows")}</h2>
        <p class="hint">{t("report_no_shows_of", noShows, bookings, percent(part(noShows, bookings)))}</p>
        {noShows > 0 && <Bars name={t("report_no_shows")} bars={byDay((d) => d.no_shows, String)} />}
      </section>
      <section>
        <h2>{t("report_lead")}</h2>
        <Lines name={t("report_lead")} bars={(r.leads ?? []).map((l, i, all) => (
          { label: leadName(l.hours, all[i + 1]?.hours), value: l.bookings, text: String(l.bookings) }
        ))} />
      </section>
    </>
  );
}

// useOf says the use of an hour of the week in full.
function useOf(h: NonNullable<Report["hours"]>[number]): string {
  const words = t("report_booked_of", length(h.booked_minutes), length(h.open_minutes));
  const blocked = h.blocked_minutes ? ` · ${t("blocked")}: ${length(h.blocked_minutes)}` : "";
  return `${weekdayName(h.weekday)} ${clockHour(h.hour)} · ${words}${blocked}`;
}

// leadName names how long before the start bookings were made.
function leadName(from: number, until: number | undefined): string {
  if (until === undefined) return t("report_lead_over", from / 24);
  if (from === 0) return t("report_lead_under", until);
  return from < 24 ? t("report_lead_hours", from, until) : t("report_lead_days", from / 24, until / 24);
}

// Takings lists what came and what went back, by the way of payment.
function Takings({ takings }: { takings: NonNullable<Report["takings"]> }) {
  return (
    <>
      <h3>{t("report_by_way")}</h3>
      <table class="values" aria-label={t("report_by_way")}>
        <thead><tr><td /><th scope="col">{t("received")}</th><th scope="col">{t("given_back")}</th></tr></thead>
        <tbody>
          {takings.map((x) => {
            const way = x.method ? `report_${x.method}` : `way_${x.provider}`;
            return (
              <tr key={`${way} ${x.received.currency}`}>
                <th scope="row">{known(way) ? t(way) : x.provider}</th>
                <td>{money(x.received.minor, x.received.currency)}</td><td>{money(x.refunded.minor, x.refunded.currency)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
