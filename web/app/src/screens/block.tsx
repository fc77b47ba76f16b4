// Block: nets for the club itself, once or every week. Each booking in the way is cancelled without a fee or moved to another net, or that date is not blocked.
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type Booking } from "../api";
import { allNets, club, netNames, nets, reload, today } from "../club";
import { Heading, hours, Next, sentence, Several, span, Trouble } from "../parts";
import { go } from "../router";
import { Problem } from "../send";
import { feel } from "../telegram";
import { addDays, dayName, t } from "../words";
import { BlockGrid } from "./block_grid";

const undecided = "";
const cancelled = "cancel"; // else the number of a net
const mostDates = 26; // half a year: each date is a request of its own, of which the server takes thirty a minute

// BlockDate is one date of a block: what was refused, and the bookings in the way.
interface BlockDate {
  start: string; // on the club's clock
  end: string;
  laid?: boolean;
  problem?: Problem;
  ways: Booking[];
}

const later = (at: string, days: number) => addDays(at.slice(0, 10), days) + at.slice(10);

// datesOf are the dates of a block that is repeated each week until a day.
function datesOf(start: string, end: string, until: string): BlockDate[] {
  const all: BlockDate[] = [{ start, end, ways: [] }];
  for (let n = 7; later(start, n).slice(0, 10) <= until && all.length < mostDates; n += 7) all.push({ start: later(start, n), end: later(end, n), ways: [] });
  return all;
}

export function Block({ args }: { args: string[] }) {
  const c = club.value!;
  const chosen = useSignal<number[]>([]);
  const from = useSignal(`${args[0] ?? today()}T12:00`);
  const to = useSignal(`${args[0] ?? today()}T14:00`);
  const until = useSignal("");
  const note = useSignal("");
  const dates = useSignal<BlockDate[]>([]); // those of the last attempt
  const decided = useSignal<Record<number, string>>({});
  const busy = useSignal(false);
  useEffect(() => { void nets.value.load(); }, [c.id]);
  const all = allNets();
  const day = from.value.slice(0, 10);

  // layOne blocks one date. It returns the date with what came of it.
  const layOne = async (date: BlockDate): Promise<BlockDate> => {
    const resolve = date.ways.map((b) => {
      const action = decided.value[b.id]!;
      const seen = { booking: b.id, version: b.version };
      if (action === cancelled) return { ...seen, action: "cancel" as const };
      return { ...seen, action: "move" as const, nets: [Number(action)], start: b.start, end: b.end };
    });
    try {
      await done(api.POST("/api/v1/clubs/{club}/blocks", {
        params: { path: { club: c.id }, header: { "Idempotency-Key": newKey } },
        body: { nets: chosen.value, start: date.start, end: date.end, ...(note.value ? { note: note.value } : {}), ...(resolve.length ? { resolve } : {}) },
      }));
      return { ...date, laid: true };
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      const known = date.ways.map((b) => b.id);
      const ids = e.code === "block-conflict" ? [...new Set([...known, ...(e.members.bookings ?? [])])] : e.code === "changed" ? known : [];
      const read = (id: number) => done(api.GET("/api/v1/clubs/{club}/bookings/{id}", { params: { path: { club: c.id, id } } }));
      return { ...date, problem: e, ways: ids.length ? await Promise.all(ids.map(read)).catch(() => date.ways) : date.ways };
    }
  };
  const lay = async () => {
    busy.value = true;
    let list = dates.value.length ? dates.value : datesOf(from.value, to.value, until.value);
    for (const date of list.filter((d) => !d.laid)) {
      const after = await layOne(date);
      list = list.map((d) => (d === date ? after : d));
      if (after.problem?.status === 0) break; // no connection
    }
    busy.value = false;
    dates.value = list;
    finish(list);
  };
  // finish leaves the screen when all dates are blocked.
  const finish = (list: BlockDate[]) => {
    reload();
    const whole = list.every((d) => d.laid);
    feel.result(whole ? "success" : "error");
    if (whole) go(`desk/${day}`, true);
  };
  const leaveOut = (date: BlockDate) => {
    dates.value = dates.value.filter((d) => d !== date);
    if (dates.value.length && dates.value.every((d) => d.laid)) finish(dates.value);
  };
  const forget = () => { dates.value = []; decided.value = {}; };
  const refused = dates.value.filter((d) => !d.laid);
  const open = refused.some((d) => d.ways.some((b) => !decided.value[b.id]));
  return (
    <main class="booking">
      <Heading below={c.name}>{t("block")}</Heading>
      {all.length > 0 && (
        <BlockGrid day={day} nets={all} drawn={{ nets: chosen.value, from: from.value, to: to.value }}
          draw={(d) => { [chosen.value, from.value, to.value] = [d.nets, d.from, d.to]; forget(); }} />
      )}
      <Several name={t("nets")} options={all.map((n) => n.id)} chosen={chosen.value} choose={(ids) => { chosen.value = ids; forget(); }} />
      <div class="row times">
        <label>{t("starts_at")}
          <input type="datetime-local" required value={from.value} onChange={(e) => { from.value = e.currentTarget.value; forget(); }} />
        </label>
        <label>{t("ends_at")}<input type="datetime-local" required value={to.value} onChange={(e) => { to.value = e.currentTarget.value; forget(); }} /></label>
      </div>
      <div class="row times">
        <label>{t("block_until")}
          <input type="date" min={day} max={addDays(day, 7 * (mostDates - 1))} value={until.value}
            onChange={(e) => { until.value = e.currentTarget.value; forget(); }} />
        </label>
        <label>{t("note")}<input maxLength={500} value={note.value} onInput={(e) => { note.value = e.currentTarget.value; }} /></label>
      </div>
      {refused.length > 0 && dates.value.length > 1 && (
        <p class="notice" role="status">{t("block_partly", String(dates.value.length - refused.length), String(dates.value.length))}</p>
      )}
      {refused.map((d) => <Refused key={d.start} date={d} alone={dates.value.length === 1} decided={decided.value} taken={chosen.value}
        decide={(id, action) => { decided.value = { ...decided.value, [id]: action }; }} leaveOut={() => leaveOut(d)} />)}
      <Next step={chosen.value.length > 0 ? { text: t("block_lay"), busy: busy.value, disabled: open, press: () => void lay() } : null} />
    </main>
  );
}

interface RefusedProps {
  date: BlockDate;
  alone: boolean; // the block has no other date
  decided: Record<number, string>;
  taken: number[]; // the nets of the block
  decide: (booking: number, action: string) => void;
  leaveOut: () => void;
}

// Refused is a date that could not be blocked, with the bookings in the way.
function Refused({ date: d, alone, decided, taken, decide, leaveOut }: RefusedProps) {
  const c = club.value!;
  const all = allNets();
  return (
    <section>
      {alone ? <Trouble problem={d.problem} /> : <><h2>{dayName(d.start.slice(0, 10))}</h2>{d.problem && <p class="notice bad">{sentence(d.problem)}</p>}</>}
      {d.ways.length > 0 && (
        <>
          {alone ? <h2>{t("in_the_way")}</h2> : <h3>{t("in_the_way")}</h3>}
          {d.ways.map((b) => (
            <label class="decision" key={b.id}>
              <span>{netNames(b.nets)} · {span(b.start, b.end, c.time_zone)} · {t("member", String(b.member))}</span>
              <select value={decided[b.id] ?? undecided} onChange={(e) => decide(b.id, e.currentTarget.value)}>
                <option value={undecided}>{t("decide")}</option>
                <option value={cancelled}>{t("cancel_without_fee")}</option>
                {all.filter((n) => !taken.includes(n.id)).map((n) => (
                  <option key={n.id} value={String(n.id)}>{t("move_to_net", n.name, hours(b.start, b.end, c.time_zone))}</option>
                ))}
              </select>
            </label>
          ))}
        </>
      )}
      {alone ? d.ways.length > 0 && <p class="hint">{t("block_leave")}</p> : <button class="quiet" onClick={leaveOut}>{t("block_leave_out")}</button>}
    </section>
  );
}
