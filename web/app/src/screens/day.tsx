// Day: all nets and times of one day at a glance.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import type { Booking, Start } from "../api";
import { allNets, chooseClub, club, clubs, isLive, lengths, mine, nets, startsOf, today } from "../club";
import { Age, Choice, Heading, Waiting, ZoneNote } from "../parts";
import { loadUnlessNew, poll } from "../resource";
import { go } from "../router";
import { feel } from "../telegram";
import { addDays, dayName, language, length, month, noonOf, t, weekday } from "../words";
import { Board, ListSwitch, useRoving } from "./board";
import { Slot } from "./slot";

const minutes = signal(Number(localStorage.getItem("minutes") ?? 60));
const addOn = signal("");
export const refreshEvery = 15_000;

// shownBy are the day and the length that an address and the filters choose.
function shownBy(args: string[]) {
  const day = /^\d{4}-\d\d-\d\d$/.test(args[0] ?? "") ? args[0]! : today();
  const options = lengths();
  const chosen = options.includes(minutes.value) ? minutes.value : options.find((m) => m >= 60) ?? options[0]!;
  return { day, options, chosen };
}

// readDay reads what the screen of a day shows, and returns its times.
export function readDay(args: string[]) {
  const { day, chosen } = shownBy(args);
  const starts = startsOf(day, chosen);
  for (const needed of [starts, nets.value, mine.value]) void needed.load();
  return starts;
}

export function Day({ args }: { args: string[] }) {
  const c = club.value!;
  const { day, options, chosen } = shownBy(args);
  const starts = useMemo(() => startsOf(day, chosen), [c.id, day, chosen]);
  useEffect(() => {
    loadUnlessNew(starts);
    return poll(starts, refreshEvery);
  }, [starts]);
  useEffect(() => loadUnlessNew(nets.value), [c.id]);
  const shown = starts.state.value;
  useEffect(() => void mine.value.load(), [c.id, shown.data]); // a new answer may show what another device of this person holds
  const all = allNets();
  const names = [...new Set(all.flatMap((n) => (n.add_ons ?? []).map((a) => a.name)))];
  const open = (s: Start, b: Booking | undefined) => go(b ? `booking/${b.id}` : `day/${day}/${s.net}/${Date.parse(s.start) / 1000}`);
  const some = all.filter((n) => !addOn.value || (n.add_ons ?? []).some((a) => a.name === addOn.value));
  return (
    <main class="day">
      <div class="top">
        <Heading below={<ZoneNote />}>{c.name}</Heading>
        <button class="mine-link" onClick={() => go("bookings")}>{t("my_bookings")}<Count /></button>
      </div>
      {(clubs.state.value.data ?? []).length > 1 && (
        <Choice name={t("club")} options={(clubs.state.value.data ?? []).map((x) => x.id)} value={c.id} choose={chooseClub}
          label={(id) => clubs.state.value.data!.find((x) => x.id === id)!.name} />
      )}
      <Days day={day} open={(d) => go(`day/${d}`, true)} />
      <div class="filters">
        <Choice name={t("length")} options={options.slice(0, 6)} value={chosen} label={length}
          choose={(m) => { minutes.value = m; localStorage.setItem("minutes", String(m)); feel.choice(); }} />
        {names.length > 0 && (
          <Choice name={t("equipment")} options={names} value={addOn.value} label={(n) => n}
            choose={(n) => { addOn.value = addOn.value === n ? "" : n; }} />
        )}
        <span class="pair view">
          <button class="quiet" onClick={() => go("range")}>{t("range")}</button>
          {some.length > 1 && <ListSwitch />}
        </span>
      </div>
      <h2 class="date">{dayName(day)}</h2>
      <Age of={shown} />
      <Waiting of={starts} rows={8} />
      {shown.data && <Board screen="day" day={day} nets={some} starts={shown.data.starts ?? []} currency={shown.data.currency} open={open} />}
      {shown.data && args[1] && <Slot day={day} net={Number(args[1])} at={args[2] ?? ""} starts={shown.data.starts ?? []} minutes={chosen} />}
    </main>
  );
}

// Count is the number of bookings ahead.
function Count() {
  const now = today();
  const n = (mine.value.state.value.data ?? []).filter((b) => isLive(b) && b.day >= now).length;
  return n > 0 ? <b class="count" aria-label={t("ahead", n)}>{n}</b> : null;
}

// Days is the strip of days that can be booked.
export function Days({ day, open }: { day: string; open: (day: string) => void }) {
  const c = club.value!;
  const now = today();
  const list = useMemo(() => {
    return Array.from({ length: c.horizon_days + 1 }, (_, i) => addDays(now, i));
  }, [now, c.horizon_days, language.value]);
  const chosen = useRef<HTMLButtonElement>(null);
  useEffect(() => chosen.current?.scrollIntoView({ inline: "center", block: "nearest" }), [day]);
  return (
    <nav class="days" aria-label={t("days")} {...useRoving<HTMLElement>()}>
      {list.map((d) => (
        <button key={d} ref={d === day ? chosen : undefined} aria-current={d === day ? "date" : undefined}
          onClick={() => { feel.choice(); open(d); }}>
          <span>{d === now ? t("today") : weekday(noonOf(d), "UTC")} </span>
          <b>{Number(d.slice(8))} </b>
          <span>{month(noonOf(d), "UTC")}</span>
        </button>
      ))}
    </nav>
  );
}
