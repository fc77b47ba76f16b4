// Range: how much is free on the days ahead, for all nets or one.
import { useEffect, useMemo } from "preact/hooks";
import { signal } from "@preact/signals";
import { api, done, type FreeDays } from "../api";
import { club, nets, today } from "../club";
import { Age, Empty, Heading, NetChoice, Waiting } from "../parts";
import { poll, resource } from "../resource";
import { go } from "../router";
import { feel } from "../telegram";
import { addDays, dayName, dayOfMonth, language, length, month, noonOf, t, weekday } from "../words";

const mostDays = 62; // of one request
const mostCells = 24_000;
const refreshEvery = 60_000;
const net = signal(0); // 0: all nets

// daysShown is how many days one request may have for some nets.
function daysShown(count: number): number {
  const c = club.value!;
  return Math.max(1, Math.min(mostDays, c.horizon_days + 1, Math.floor(mostCells / (Math.max(count, 1) * (1440 / c.grid_minutes)))));
}

export function Range() {
  const c = club.value!;
  const all = nets.value.state.value.data;
  const from = today();
  const chosen = all?.some((n) => n.id === net.value) ? net.value : 0;
  const days = daysShown(chosen ? 1 : all?.length ?? 1);
  const free = useMemo(() => {
    const query = { from, to: addDays(from, days - 1), ...(chosen ? { nets: [chosen] } : {}) };
    let tag = "";
    return resource<FreeDays>(async (before) => {
      const answer = await api.GET("/api/v1/clubs/{club}/free", {
        params: { path: { club: c.id }, query, ...(before && tag ? { header: { "If-None-Match": tag } } : {}) },
      });
      if (answer.response.status === 304) return undefined;
      const data = await done(Promise.resolve(answer));
      tag = answer.response.headers.get("ETag") ?? "";
      return data;
    });
  }, [c.id, from, days, chosen]);
  useEffect(() => { void nets.value.load(); }, [c.id]);
  useEffect(() => {
    if (!all) return;
    void free.load();
    return poll(free, refreshEvery);
  }, [free, !all]);
  const shown = free.state.value;
  return (
    <main class="range">
      <Heading below={c.name}>{t("range")}</Heading>
      {all && all.length > 1 && (
        <NetChoice value={chosen} choose={(id) => { feel.choice(); net.value = id; }} />
      )}
      <Age of={shown} />
      <Waiting of={free} rows={6} />
      {shown.data && <Heat days={shown.data.days ?? []} />}
      {shown.data && days < Math.min(mostDays, c.horizon_days + 1) && <p class="hint">{t("range_shorter", days)}</p>}
    </main>
  );
}

const shades = 5;

// Heat is a calendar of weeks: the more is free, the stronger the colour of a day. The hours stand in each cell too.
function Heat({ days }: { days: NonNullable<FreeDays["days"]> }) {
  const now = today();
  const sums = useMemo(() => days.map((d) => ({
    day: d.day, free: (d.nets ?? []).reduce((sum, n) => sum + n.free_minutes, 0), open: (d.nets ?? []).reduce((sum, n) => sum + n.open_minutes, 0),
  })), [days]);
  const names = useMemo(() => Array.from({ length: 7 }, (_, i) => weekday(noonOf(addDays("2024-01-01", i)), "UTC")), [language.value]); // a Monday
  if (sums.every((d) => d.free === 0)) return <Empty text={t("range_full")} act={t("find_time")} press={() => go("day")} />;
  const before = (noonOf(days[0]!.day).getUTCDay() + 6) % 7;
  return (
    <>
      <div class="heat" role="group" aria-label={t("range")}>
        {names.map((n) => <span class="name" key={n} aria-hidden="true">{n}</span>)}
        {sums.map((d, i) => {
          const shade = d.open ? Math.ceil((shades * d.free) / d.open) : 0;
          const hours = Math.floor(d.free / 60);
          const text = d.open === 0 ? t("status_closed") : d.free === 0 ? t("full") : t("free_hours", hours || length(d.free));
          const first = i === 0 || d.day.endsWith("-01");
          return (
            <button key={d.day} class={`s${shade}`} style={i === 0 ? { gridColumnStart: before + 1 } : undefined}
              aria-current={d.day === now ? "date" : undefined} onClick={() => { feel.choice(); go(`day/${d.day}`); }}>
              <b>{dayOfMonth(noonOf(d.day), "UTC")}{first && <small> {month(noonOf(d.day), "UTC")}</small>}</b>
              <span>{d.open === 0 ? "–" : hours ? t("hours", hours) : d.free ? "½" : "0"}</span>
              <span class="unseen">{dayName(d.day)}, {text}</span>
            </button>
          );
        })}
      </div>
      <p class="hint">{t("range_how")}</p>
    </>
  );
}
