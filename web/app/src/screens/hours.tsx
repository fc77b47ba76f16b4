// Hours: when the nets are open, by weekday. What is booked outside of the new hours is shown before they are saved.
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type Booking, type Schemas } from "../api";
import { allNets, club, nets } from "../club";
import { EditsState, useEdits, type Edit } from "../edits";
import { Heading, NetChoice, Next, Waiting } from "../parts";
import { resource } from "../resource";
import { Problem } from "../send";
import { t } from "../words";
import { Inside } from "./inside";
import { fromMonday, longWeekday } from "./plots";
import { Open, type Times } from "./time";

type OpenHours = Schemas["HoursBody"];

const hoursOf = (id: number) => resource<Schemas["HoursListBody"]>(() => done(api.GET("/api/v1/clubs/{club}/hours", { params: { path: { club: id } } })));
const isOf = (net: number) => (h: OpenHours) => (h.net ?? 0) === net;

export function Hours() {
  const c = club.value!;
  const list = useMemo(() => hoursOf(c.id), [c.id]);
  const net = useSignal(0);
  const outside = useSignal<Booking[]>([]); // booked outside of the hours
  const unfit = useSignal<Problem | null>(null); // why the hours cannot be
  const edits = useEdits(list, async (items: OpenHours[], version) => {
    const now = await done(api.PUT("/api/v1/clubs/{club}/hours", {
      params: { path: { club: c.id }, header: { "Idempotency-Key": newKey, "If-Match": `"${version}"` } }, body: { items },
    }));
    outside.value = now.bookings ?? [];
    return now;
  });
  const { items: hours, unsaved, saved, add } = edits;
  useEffect(() => void nets.value.load(), [list]);
  useEffect(() => {
    unfit.value = null;
    if (!unsaved) {
      if (!saved) outside.value = [];
      return;
    }
    let left = false;
    done(api.POST("/api/v1/clubs/{club}/hours/preview", { params: { path: { club: c.id } }, body: { items: hours } }))
      .then((found) => { if (!left) outside.value = found.items ?? []; })
      .catch((e: unknown) => { if (!left && e instanceof Problem) unfit.value = e; });
    return () => { left = true; };
  }, [JSON.stringify(hours), unsaved]);
  if (!list.state.value.data) return <main><Heading below={c.name}>{t("hours_open")}</Heading><Waiting of={list} rows={7} /></main>;

  const all = allNets();
  const id = net.value;
  const own = id !== 0 && hours.some(isOf(id));
  return (
    <main class="booking">
      <Heading below={c.name}>{t("hours_open")}</Heading>
      {all.length > 1 && (
        <NetChoice value={id} choose={(n) => { net.value = n; }} />
      )}
      {id !== 0 && (
        <div class="actions">
          {own
            ? <button class="quiet" onClick={() => add((now) => now.filter((h) => !isOf(id)(h)))}>{t("hours_common")}</button>
            : <button class="quiet" onClick={() => add((now) => [...now, ...now.filter(isOf(0)).map((h) => ({ ...h, net: id }))])}>{t("hours_own")}</button>}
        </div>
      )}
      {id === 0 || own ? <Week net={id} hours={hours.filter(isOf(id))} add={add} /> : <p class="hint">{t("hours_like_all")}</p>}
      {outside.value.length > 0 && (
        <section>
          <h2>{t(unsaved ? "hours_would_strand" : "hours_stranded")}</h2>
          <ul class="cards">{outside.value.map((b) => <Inside key={b.id} booking={b} zone={c.time_zone} />)}</ul>
        </section>
      )}
      <EditsState of={edits} changed={t("hours_changed")} problem={unfit.value} />
      <Next step={edits.step && { ...edits.step, disabled: unfit.value?.status === 422 }} />
    </main>
  );
}

const usual: Times = { opens_minute: 6 * 60, closes_minute: 22 * 60 };

// Week has the opening times of each weekday.
function Week({ net, hours, add }: { net: number; hours: OpenHours[]; add: (e: Edit<OpenHours>) => void }) {
  const on = (days: number[], times: Times[]): Edit<OpenHours> => (now) => [
    ...now.filter((h) => !isOf(net)(h) || !days.includes(h.weekday)),
    ...days.flatMap((weekday) => times.map((x) => ({ ...x, weekday, ...(net ? { net } : {}) }))),
  ];
  return (
    <>
      {fromMonday.map((day) => {
        const times: Times[] = hours.filter((h) => h.weekday === day).map((h) => ({ opens_minute: h.opens_minute, closes_minute: h.closes_minute }))
          .sort((x, y) => x.opens_minute - y.opens_minute);
        const last = times[times.length - 1];
        const next = last ? { opens_minute: last.closes_minute + 60, closes_minute: last.closes_minute + 120 } : usual;
        const name = longWeekday(day);
        return (
          <section key={day}>
            <h3>{name}{times.length === 0 && ` · ${t("status_closed")}`}</h3>
            {times.map((x, i) => (
              <Open key={i} day={name} times={x} set={(to) => add(on([day], times.map((y, j) => (j === i ? to : y))))}
                remove={() => add(on([day], times.filter((_, j) => j !== i)))} />
            ))}
            <span class="pair">
              {next.opens_minute < 1440 && (
                <button class="link" aria-label={`${t("hours_add")}: ${name}`} onClick={() => add(on([day], [...times, next]))}>{t("hours_add")}</button>
              )}
              <button class="link" aria-label={`${t("hours_copy")}: ${name}`} onClick={() => add(on(fromMonday, times))}>{t("hours_copy")}</button>
            </span>
          </section>
        );
      })}
    </>
  );
}
