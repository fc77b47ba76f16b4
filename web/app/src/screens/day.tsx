// Day: all nets and times of one day at a glance.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import type { Booking, Net, Start } from "../api";
import { club, clubs, chooseClub, isHeld, isLive, mine, nets, startsOf, today } from "../club";
import { Age, Choice, Empty, Heading, Skeleton, Trouble, ZoneNote } from "../parts";
import { poll } from "../resource";
import { go } from "../router";
import { feel } from "../telegram";
import { clock, dateIn, dayName, dayOfMonth, hourIn, language, length, money, month, noonOf, t, weekday, zoneOffset, type Phrase } from "../words";
import { Slot } from "./slot";

const minutes = signal(Number(localStorage.getItem("minutes") ?? 60));
const asList = signal(localStorage.getItem("list") === "yes");
const addOn = signal("");
const refreshEvery = 15_000;

// lengths are those that the club's grid allows, at most three hours.
function lengths(): number[] {
  const { grid_minutes: grid, min_minutes: min, max_minutes: max } = club.value!;
  const all: number[] = [];
  for (let m = Math.ceil(min / grid) * grid; m <= Math.min(max, 180); m += grid) all.push(m);
  return all;
}

export function Day({ args }: { args: string[] }) {
  const c = club.value!;
  const day = /^\d{4}-\d\d-\d\d$/.test(args[0] ?? "") ? args[0]! : today();
  const options = lengths();
  const chosen = options.includes(minutes.value) ? minutes.value : options.find((m) => m >= 60) ?? options[0]!;
  const starts = useMemo(() => startsOf(day, chosen), [c.id, day, chosen]);
  useEffect(() => {
    void starts.load();
    return poll(starts, refreshEvery);
  }, [starts]);
  useEffect(() => { void mine.value.load(); void nets.value.load(); }, [c.id]);

  const shown = starts.state.value;
  const all = nets.value.state.value.data ?? [];
  const names = [...new Set(all.flatMap((n) => (n.add_ons ?? []).map((a) => a.name)))];
  const some = all.filter((n) => !addOn.value || (n.add_ons ?? []).some((a) => a.name === addOn.value));
  return (
    <main class="day">
      <div class="top">
        <Heading below={<ZoneNote />}>{c.name}</Heading>
        <button class="mine-link" onClick={() => go("bookings")}>{t("my_bookings")}<Count /></button>
      </div>
      {(clubs.state.value.data ?? []).length > 1 && (
        <Choice name={t("club")} options={(clubs.state.value.data ?? []).map((x) => x.id)} value={c.id} label={(id) => clubs.state.value.data!.find((x) => x.id === id)!.name} choose={chooseClub} />
      )}
      <Days day={day} />
      <div class="filters">
        <Choice name={t("length")} options={options.slice(0, 6)} value={chosen} label={length} choose={(m) => { minutes.value = m; localStorage.setItem("minutes", String(m)); feel.choice(); }} />
        {names.length > 0 && <Choice name={t("equipment")} options={names} value={addOn.value} label={(n) => n} choose={(n) => { addOn.value = addOn.value === n ? "" : n; }} />}
        {some.length > 1 && (
          <button class="quiet view" aria-pressed={asList.value} onClick={() => { asList.value = !asList.value; localStorage.setItem("list", asList.value ? "yes" : "no"); }}>{t(asList.value ? "as_grid" : "as_list")}</button>
        )}
      </div>
      <h2 class="date">{dayName(day)}</h2>
      <Age of={shown} />
      {shown.error && shown.data === undefined && <Trouble problem={shown.error} again={() => void starts.load()} />}
      {shown.data === undefined && !shown.error && <Skeleton rows={8} />}
      {shown.data && <Board day={day} nets={some} starts={shown.data.starts ?? []} currency={shown.data.currency} />}
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
function Days({ day }: { day: string }) {
  const c = club.value!;
  const now = today();
  const list = useMemo(() => {
    const first = noonOf(now).getTime();
    return Array.from({ length: c.horizon_days + 1 }, (_, i) => dateIn(new Date(first + i * 86_400_000), "UTC"));
  }, [now, c.horizon_days, language.value]);
  const chosen = useRef<HTMLButtonElement>(null);
  useEffect(() => chosen.current?.scrollIntoView({ inline: "center", block: "nearest" }), [day]);
  return (
    <nav class="days" aria-label={t("days")}>
      {list.map((d) => (
        <button key={d} ref={d === day ? chosen : undefined} aria-current={d === day ? "date" : undefined}
          onClick={() => { feel.choice(); go(`day/${d}`, true); }}>
          <span>{d === now ? t("today") : weekday(noonOf(d), "UTC")} </span>
          <b>{dayOfMonth(noonOf(d), "UTC")} </b>
          <span>{month(noonOf(d), "UTC")}</span>
        </button>
      ))}
    </nav>
  );
}

const parts: [Phrase, number][] = [["morning", 12], ["afternoon", 17], ["evening", 25]];

interface Row {
  at: string;
  label: string;
  cells: Map<number, Start>;
}

// rowsOf makes a row of each time. Times that are over for all nets are left out.
function rowsOf(starts: Start[], zone: string): { rows: Row[]; past: boolean } {
  const rows = new Map<number, Row>();
  const labels = new Map<string, number>();
  for (const s of starts) {
    const at = Date.parse(s.start);
    let row = rows.get(at);
    if (!row) {
      const label = clock(new Date(at), zone);
      labels.set(label, (labels.get(label) ?? 0) + 1);
      rows.set(at, row = { at: s.start, label, cells: new Map() });
    }
    row.cells.set(s.net, s);
  }
  const all = [...rows.entries()].sort(([x], [y]) => x - y).map(([, r]) => r);
  for (const r of all) if (labels.get(r.label)! > 1) r.label += ` ${zoneOffset(new Date(r.at), zone)}`; // an hour that comes twice
  const ahead = all.filter((r) => [...r.cells.values()].some((s) => s.status !== "past"));
  return { rows: ahead, past: ahead.length < all.length };
}

const reasons: Record<string, Phrase> = { closed: "status_closed", past: "status_past", too_far: "status_too_far", too_soon: "status_too_soon", held: "status_held", taken: "status_taken" };

function Board({ day, nets: columns, starts, currency }: { day: string; nets: Net[]; starts: Start[]; currency: string }) {
  const zone = club.value!.time_zone;
  const { rows, past } = useMemo(() => rowsOf(starts, zone), [starts, zone, language.value]);
  const own = useMemo(() => ownSlots(mine.value.state.value.data ?? []), [mine.value.state.value.data]);
  if (starts.length === 0 || starts.every((s) => s.status === "closed")) return <Empty text={t("closed_day")} act={t("next_day")} press={() => go(`day/${dateIn(new Date(noonOf(day).getTime() + 86_400_000), "UTC")}`, true)} />;
  if (rows.length === 0) return <Empty text={t("day_over")} act={t("next_day")} press={() => go(`day/${dateIn(new Date(noonOf(day).getTime() + 86_400_000), "UTC")}`, true)} />;
  if (starts.every((s) => s.status === "too_far" || s.status === "closed")) return <Empty text={t("too_far_day", club.value!.horizon_days)} act={t("today")} press={() => go("day", true)} />;
  const open = (s: Start) => {
    feel.choice();
    const b = own.get(`${s.net} ${Date.parse(s.start)}`);
    go(b ? `booking/${b.id}` : `day/${day}/${s.net}/${Date.parse(s.start) / 1000}`);
  };
  const cell = (net: Net, row: Row, key?: string) => {
    const s = row.cells.get(net.id);
    const b = s && own.get(`${net.id} ${Date.parse(s.start)}`);
    return <Cell key={key} net={net} row={row} start={s} booking={b} currency={currency} open={open} />;
  };
  const list = asList.value || columns.length === 1;
  return (
    <>
      {past && <p class="hint">{t("earlier_over")}</p>}
      {list ? (
        <ul class="list">
          {rows.flatMap((row) => columns.filter((n) => row.cells.get(n.id)?.status === "free" || own.has(`${n.id} ${Date.parse(row.at)}`)).map((n) => (
            <li key={`${row.at} ${n.id}`}><span><b>{row.label}</b> {n.name}</span>{cell(n, row)}</li>
          )))}
        </ul>
      ) : (
        <div class="scroll">
          <div class="grid" role="grid" aria-label={dayName(day)} style={{ "--columns": columns.length }} onKeyDown={moveFocus}>
            <div role="row" class="head"><span role="columnheader" class="corner"><span class="unseen">{t("time")}</span></span>{columns.map((n) => <span role="columnheader" key={n.id}>{n.name}</span>)}</div>
            {rows.map((row, i) => {
              const part = parts.find(([, until]) => hourIn(new Date(row.at), zone) < until)![0];
              const before = i > 0 ? parts.find(([, until]) => hourIn(new Date(rows[i - 1]!.at), zone) < until)![0] : "";
              return (
                <div role="row" key={row.at} class={part !== before ? "first" : ""} data-part={part !== before ? t(part) : undefined}>
                  <span role="rowheader">{row.label}</span>
                  {columns.map((n) => <span role="gridcell" key={n.id}>{cell(n, row)}</span>)}
                </div>
              );
            })}
          </div>
        </div>
      )}
      <p class="legend" aria-hidden="true"><i class="free" />{t("status_free")}<i class="mine" />{t("yours")}<i class="held" />{t("status_held")}<i class="taken" />{t("status_taken")}</p>
    </>
  );
}

// ownSlots finds the person's bookings by net and cell.
function ownSlots(list: Booking[]): Map<string, Booking> {
  const found = new Map<string, Booking>();
  const step = club.value!.grid_minutes * 60_000;
  for (const b of list) {
    if (!isLive(b)) continue;
    for (const net of b.nets ?? []) for (let at = Date.parse(b.start); at < Date.parse(b.end); at += step) found.set(`${net} ${at}`, b);
  }
  return found;
}

function Cell({ net, row, start, booking, currency, open }: { net: Net; row: Row; start: Start | undefined; booking: Booking | undefined; currency: string; open: (s: Start) => void }) {
  if (!start) return null;
  const free = start.status === "free";
  const price = start.price_minor == null ? "" : money(start.price_minor, currency);
  let text: string = price;
  let label: string;
  let kind: string = start.status;
  if (booking) {
    kind = "mine";
    text = t(isHeld(booking) ? "yours_held" : "yours");
    label = t(isHeld(booking) ? "status_mine_held" : "status_mine");
  } else if (free && !price) {
    kind = "short";
    text = `≤ ${length(start.longest_minutes)}`;
    label = `${text}, ${t("status_short", length(start.longest_minutes))}`;
  } else if (free) {
    label = `${t("status_free")}, ${price}`;
  } else {
    text = "";
    label = t(reasons[start.status] ?? "status_taken");
  }
  const opens = free || !!booking || start.status === "held" || start.status === "taken";
  return (
    <button class={`cell ${kind}`} aria-label={`${net.name}, ${row.label}, ${label}`} aria-disabled={!opens} onClick={() => { if (opens) open(start); }}>
      {text}
    </button>
  );
}

// moveFocus moves between cells by the arrow keys.
function moveFocus(e: KeyboardEvent) {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[e.key];
  if (!step) return;
  const grid = e.currentTarget as HTMLElement;
  const rows = [...grid.querySelectorAll('[role="row"]:not(.head)')].map((r) => [...r.querySelectorAll<HTMLElement>('[role="gridcell"]')].map((c) => c.querySelector<HTMLElement>("button")));
  const y = rows.findIndex((r) => r.includes(document.activeElement as HTMLElement));
  if (y < 0) return;
  const x = rows[y]!.indexOf(document.activeElement as HTMLElement);
  for (let [i, j] = [y + step[0]!, x + step[1]!]; rows[i]?.[j] !== undefined; i += step[0]!, j += step[1]!) {
    const next = rows[i]![j];
    if (next) {
      next.focus();
      break;
    }
  }
  e.preventDefault();
}
