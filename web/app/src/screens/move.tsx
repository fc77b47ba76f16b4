// Move: a day's grid in which a booking goes to another time.
import { useEffect, useMemo } from "preact/hooks";
import { api, done, newKey, type Booking, type Net, type Start } from "../api";
import { allNets, club, lengths, netNames, nets, reload, startsOf } from "../club";
import { Age, announce, Choice, Heading, hours, Next, Price, Skeleton, span, Trouble, useAct, Waiting, ZoneNote } from "../parts";
import { useQuote } from "../quote";
import { poll, resource, type Resource } from "../resource";
import { go } from "../router";
import { feel } from "../telegram";
import { dayName, length, longDay, money, t } from "../words";
import { Board, ListSwitch } from "./board";
import { Days, refreshEvery } from "./day";
import { Sheet } from "./sheet";

const minutesOf = (b: Booking) => (Date.parse(b.end) - Date.parse(b.start)) / 60_000;

// MoveScreen has the address move/BOOKING/DAY/NET/START/MINUTES; the last three open the sheet of a new time.
export function MoveScreen({ args }: { args: string[] }) {
  const id = Number(args[0]);
  const booking = useMemo(() => resource<Booking>(() => {
    const path = { club: club.value!.id, id };
    return done(api.GET("/api/v1/clubs/{club}/bookings/{id}", { params: { path } }));
  }), [id, club.value?.id]);
  useEffect(() => { void booking.load(); void nets.value.load(); }, [booking]);
  const { data } = booking.state.value;
  if (!data) return <main><Heading>{t("move")}</Heading><Waiting of={booking} rows={8} /></main>;
  return <Times booking={booking} b={data} args={args} />;
}

function Times({ booking, b, args }: { booking: Resource<Booking>; b: Booking; args: string[] }) {
  const c = club.value!;
  const day = args[1] ?? b.day;
  const minutes = Number(args[4]) || minutesOf(b);
  const starts = useMemo(() => startsOf(day, minutes), [c.id, day, minutes]);
  useEffect(() => {
    void starts.load();
    return poll(starts, refreshEvery);
  }, [starts]);
  const shown = starts.state.value;
  const all = allNets();
  const several = (b.nets ?? []).length > 1; // several nets stay together, and move in time only
  const columns = several ? all.filter((n) => b.nets!.includes(n.id)) : all;
  const open = (s: Start) => go(`move/${b.id}/${day}/${s.net}/${Date.parse(s.start) / 1000}`);
  const at = Number(args[3]);
  const chosen = at ? (shown.data?.starts ?? []).find((s) => s.net === Number(args[2]) && Date.parse(s.start) / 1000 === at) : undefined;
  return (
    <main class="day">
      <Heading below={<>{netNames(b.nets)} · {span(b.start, b.end, c.time_zone)} <ZoneNote /></>}>{t("move")}</Heading>
      <p class="hint">{t(several ? "move_together" : "move_how")}</p>
      <Days day={day} open={(d) => go(`move/${b.id}/${d}`, true)} />
      <div class="top"><h2 class="date">{dayName(day)}</h2>{columns.length > 1 && <ListSwitch />}</div>
      <Age of={shown} />
      <Waiting of={starts} rows={8} />
      {shown.data && (
        <Board screen={`move/${b.id}`} day={day} nets={columns} starts={shown.data.starts ?? []} currency={shown.data.currency} moving={b} open={open} />
      )}
      {chosen && <There key={`${chosen.net} ${chosen.start}`} booking={booking} b={b} start={chosen} columns={columns} args={args} minutes={minutes} />}
    </main>
  );
}

// difference says by how much the price changes.
function difference(more: number, currency: string): string {
  if (more === 0) return t("move_same");
  return t(more > 0 ? "move_more" : "move_less", money(Math.abs(more), currency));
}

// There is the sheet of a new time: the change of the price, and the move.
function There({ booking, b, start, columns, args, minutes }: {
  booking: Resource<Booking>; b: Booking; start: Start; columns: Net[]; args: string[]; minutes: number;
}) {
  const c = club.value!;
  const path = { club: c.id, id: b.id };
  const ids = columns.length > 1 && (b.nets ?? []).length > 1 ? b.nets! : [start.net];
  const end = new Date(Date.parse(start.start) + minutes * 60_000).toISOString();
  const addOns = [...new Set((b.lines ?? []).flatMap((l) => (l.add_on ? [l.add_on] : [])))];
  const same = Date.parse(start.start) === Date.parse(b.start) && end === new Date(b.end).toISOString() && ids.join() === (b.nets ?? []).join();
  const { quote, problem } = useQuote({ nets: ids, start: start.start, end, booking: b.id, ...(addOns.length ? { add_ons: addOns } : {}) }, b.version);
  const { act, busy } = useAct(async () => {
    reload();
    if (problem.value?.code === "changed") await booking.reload();
  }, problem);
  const move = () => act(async () => {
    announce(t("asking"));
    await done(api.POST("/api/v1/clubs/{club}/bookings/{id}/reschedule", {
      params: { path, header: { "Idempotency-Key": newKey, "If-Match": `"${b.version}"` } }, body: { nets: ids, start: start.start, end },
    }));
    announce(t("moved"));
    go(`booking/${b.id}`, true);
  });
  const q = quote.value;
  const more = q ? q.total.minor - b.price.minor : 0;
  const refused = problem.value?.members.difference;
  return (
    <Sheet title={<>{netNames(ids)}<small>{longDay(new Date(start.start), c.time_zone)}</small></>}>
      <p class="when">{hours(start.start, end, c.time_zone)}</p>
      <p class="hint">{t("move_from", span(b.start, b.end, c.time_zone))}</p>
      <Choice name={t("length")} options={[...new Set([...lengths(), minutesOf(b)])].sort((x, y) => x - y)} value={minutes} label={length}
        choose={(m) => { feel.choice(); go(`move/${b.id}/${args[1]}/${args[2]}/${args[3]}/${m}`, true); }} />
      {q ? <Price lines={q.lines} total={q.total} /> : !problem.value && <Skeleton rows={2} />}
      {q && !same && <p class={more > 0 ? "notice" : "hint"} role="status">{difference(more, q.total.currency)}</p>}
      <Trouble problem={problem.value} />
      {refused && <p class="hint">{t("move_desk", money(refused.minor, refused.currency))}</p>}
      <Next step={q && !same ? { text: t("move_here"), busy: !!busy, press: () => void move() } : null} />
    </Sheet>
  );
}
