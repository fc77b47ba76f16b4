// Board: the times and nets of one day, as a grid or as a list.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import type { Booking, Net, Start } from "../api";
import { club, isHeld, isLive, mine, today } from "../club";
import { Empty } from "../parts";
import { go } from "../router";
import { feel } from "../telegram";
import { addDays, clock, dayName, hourIn, language, length, money, t, type Phrase } from "../words";

export const asList = signal(localStorage.getItem("list") === "yes");

function switchView() {
  asList.value = !asList.value;
  localStorage.setItem("list", asList.value ? "yes" : "no");
}

export const ListSwitch = () => (
  <button class="quiet view" aria-pressed={asList.value} onClick={switchView}>{t(asList.value ? "as_grid" : "as_list")}</button>
);

const parts: [Phrase, number][] = [["morning", 12], ["afternoon", 17], ["evening", 25]];

interface Row {
  at: string;
  label: string;
  cells: Map<number, Start>;
}

// rowsOf makes a row of each time. Times that are over for all nets are left out.
export function rowsOf(starts: Start[], zone: string): { rows: Row[]; past: boolean } {
  const rows = new Map<number, Row>();
  for (const s of starts) {
    const at = Date.parse(s.start);
    let row = rows.get(at);
    if (!row) {
      rows.set(at, row = { at: s.start, label: clock(new Date(at), zone), cells: new Map() });
    }
    row.cells.set(s.net, s);
  }
  const all = [...rows].sort(([x], [y]) => x - y).map(([, r]) => r);
  const ahead = all.filter((r) => [...r.cells.values()].some((s) => s.status !== "past"));
  return { rows: ahead, past: ahead.length < all.length };
}

const reasons: Record<string, Phrase> = {
  closed: "status_closed", past: "status_past", too_far: "status_too_far", too_soon: "status_too_soon", held: "status_held", taken: "status_taken",
};

// statusName says what the status of a start means.
export const statusName = (status: string) => t(status === "free" ? "status_free" : reasons[status] ?? "status_taken");

interface BoardProps {
  screen: string; // the address of the screen without its day
  day: string;
  nets: Net[];
  starts: Start[];
  currency: string;
  moving?: Booking; // the booking that moves; the other bookings cannot be opened
  open: (s: Start, b: Booking | undefined) => void;
}

// Board is the grid of one day, or its list.
export function Board({ screen, day, nets: columns, starts, currency, moving, open: choose }: BoardProps) {
  const zone = club.value!.time_zone;
  const { rows, past } = useMemo(() => rowsOf(starts, zone), [starts, zone, language.value]);
  const roving = useRoving<HTMLDivElement>();
  const own = useMemo(() => ownSlots(mine.value.state.value.data ?? []), [mine.value.state.value.data]);
  const show = (other: string) => () => go(`${screen}/${other}`, true);
  const nextDay = { act: t("next_day"), press: show(addDays(day, 1)) };
  if (starts.every((s) => s.status === "closed")) return <Empty text={t("closed_day")} {...nextDay} />;
  if (rows.length === 0) return <Empty text={t("day_over")} {...nextDay} />;
  if (starts.every((s) => s.status === "too_far" || s.status === "closed")) {
    return <Empty text={t("too_far_day", club.value!.horizon_days)} act={t("today")} press={show(today())} />;
  }
  const open = (s: Start) => {
    feel.choice();
    choose(s, own.get(`${s.net} ${Date.parse(s.start)}`));
  };
  const cell = (net: Net, row: Row, key?: string) => {
    const s = row.cells.get(net.id);
    const b = s && own.get(`${net.id} ${Date.parse(s.start)}`);
    return <Cell key={key} net={net} row={row} start={s} booking={b} currency={currency} moving={moving} open={open} />;
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
          <div class="grid" role="grid" aria-label={dayName(day)} style={{ "--columns": columns.length }} {...roving}>
            <div role="row" class="head">
              <span role="columnheader" class="corner"><span class="unseen">{t("time")}</span></span>
              {columns.map((n) => <span role="columnheader" key={n.id}>{n.name}</span>)}
            </div>
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
      <p class="legend" aria-hidden="true">
        <i class="free" />{t("status_free")}<i class="mine" />{t("yours")}<i class="held" />{t("status_held")}<i class="taken" />{t("status_taken")}
      </p>
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

interface CellProps {
  net: Net;
  row: Row;
  start: Start | undefined;
  booking: Booking | undefined; // the person's own at this time
  currency: string;
  moving: Booking | undefined;
  open: (s: Start) => void;
}

function Cell({ net, row, start, booking, currency, moving, open }: CellProps) {
  if (!start) return null;
  const free = start.status === "free";
  const price = start.price_minor == null ? "" : money(start.price_minor, currency);
  let text: string = price;
  let label: string;
  let kind: string = start.status;
  const moves = !!moving && booking?.id === moving.id;
  if (moves) {
    kind = "mine moving";
    text = t("this_one");
    label = `${text}: ${t("status_moving")}`;
  } else if (booking) {
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
    label = statusName(start.status);
  }
  const opens = moving ? moves || (free && !booking && !!price) : free || !!booking || start.status === "held" || start.status === "taken";
  return (
    <button class={`cell ${kind}`} aria-label={`${net.name}, ${row.label}, ${label}`} aria-disabled={!opens} onClick={() => { if (opens) open(start); }}>
      {text}
    </button>
  );
}

// rove leaves one button of a grid to the Tab key: the one with the focus, or the current one, or that had it last, or the first that can be pressed.
function rove(grid: HTMLElement | null) {
  const all = [...(grid?.querySelectorAll("button") ?? [])];
  const stop = [":focus", "[aria-current]", '[tabindex="0"]', ":not([aria-disabled=true])", "*"].map((s) => all.find((b) => b.matches(s))).find(Boolean);
  for (const b of all) b.setAttribute("tabindex", b === stop ? "0" : "-1");
}

// useRoving are the attributes of a grid, or of a row, in which the arrow keys move between the buttons, and which Tab leaves.
export function useRoving<E extends HTMLElement>() {
  const ref = useRef<E>(null);
  const keep = () => rove(ref.current);
  useEffect(keep);
  return { ref, onKeyDown: moveFocus, onFocusIn: keep };
}

// moveFocus moves between buttons by the arrow keys.
function moveFocus(e: KeyboardEvent) {
  const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[e.key] ?? [];
  if (down === undefined || right === undefined) return;
  const grid = e.currentTarget as HTMLElement;
  const from = document.activeElement as HTMLButtonElement;
  const rows = [...grid.querySelectorAll("[role=row], tr")].map((r) => [...r.children].map((c) => c.querySelector("button")));
  if (rows.length === 0) rows.push([...grid.querySelectorAll("button")]);
  let y = rows.findIndex((r) => r.includes(from));
  if (y < 0) return;
  let x = rows[y]!.indexOf(from);
  do {
    y += down;
    x += right;
  } while (rows[y]?.[x] === null);
  const to = rows[y]?.[x];
  if (!to) return;
  to.focus();
  e.preventDefault();
}
