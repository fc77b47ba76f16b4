// Slot: the sheet of one time, from its length and price to the hold.
import { useMemo, useState } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type Net, type Start } from "../api";
import { allNets, askForWrites, club, isToBeAsked, netName, reload, waits } from "../club";
import { announce, Choice, hours, Next, Policy, Price, Several, Skeleton, toggled, Trouble, useAct, useIsLeft } from "../parts";
import { useQuote } from "../quote";
import { go } from "../router";
import { feel } from "../telegram";
import { clock, length, longDay, money, t, wallClock } from "../words";
import { Names } from "./guests";
import { Sheet } from "./sheet";

// isAt tells whether a time is the one of an address: 1830 by the club's clock, or seconds since 1970.
function isAt(s: Start, at: string, zone: string): boolean {
  return at.length === 4 ? wallClock(new Date(s.start), zone).replace(":", "") === at : Date.parse(s.start) / 1000 === Number(at);
}

export function Slot({ day, net, at, starts, minutes }: { day: string; net: number; at: string; starts: Start[]; minutes: number }) {
  const zone = club.value!.time_zone;
  const start = starts.find((s) => s.net === net && isAt(s, at, zone));
  const one = allNets().find((n) => n.id === net);
  return (
    <Sheet title={<>{one?.name ?? ""}{start && <small>{longDay(new Date(start.start), zone)}</small>}</>}>
      {start && one && start.status === "free"
        ? <Free key={`${net} ${start.start}`} day={day} net={one} start={start} starts={starts} minutes={minutes} />
        : <Gone key={`${net} ${at}`} day={day} net={net} start={start} starts={starts} minutes={minutes} />}
    </Sheet>
  );
}

// Free is the sheet of a time that can be had.
function Free({ day, net, start, starts, minutes: wanted }: { day: string; net: Net; start: Start; starts: Start[]; minutes: number }) {
  const c = club.value!;
  const [chosen, setMinutes] = useState(wanted);
  const minutes = Math.min(chosen, start.longest_minutes); // less may be left than when it was chosen
  const [more, setMore] = useState<number[]>([]);
  const [addOns, setAddOns] = useState<number[]>([]);
  const [guests, setGuests] = useState<string[]>([]);
  const options = useMemo(() => {
    const all: number[] = [];
    for (let m = Math.ceil(c.min_minutes / c.grid_minutes) * c.grid_minutes; m <= start.longest_minutes; m += c.grid_minutes) all.push(m);
    return all;
  }, [c, start.longest_minutes]);
  const end = new Date(Date.parse(start.start) + minutes * 60_000).toISOString();
  const others = starts.filter((s) => s.net !== net.id && s.start === start.start && s.status === "free" && s.longest_minutes >= minutes);
  const ids = [net.id, ...more.filter((id) => others.some((s) => s.net === id))];
  const body = { nets: ids, start: start.start, end, ...(addOns.length ? { add_ons: addOns } : {}) };
  const { quote, problem } = useQuote(body);
  const { act, busy } = useAct(async () => { if (!problem.value || problem.value.status === 409) reload(); }, problem);
  const isLeft = useIsLeft();
  const hold = () => act(async () => {
    if (isToBeAsked()) await askForWrites();
    if (isLeft.current) return;
    announce(t("asking"));
    const b = await done(api.POST("/api/v1/clubs/{club}/holds", {
      params: { path: { club: c.id }, header: { "Idempotency-Key": newKey } }, body: { ...body, guests },
    }));
    go(`booking/${b.id}`, true);
  });
  const q = quote.value;
  return (
    <>
      <p class="when">{hours(start.start, end, c.time_zone)}</p>
      {options.length > 1 && (
        <section>
          <h3>{t("length")}</h3>
          <Choice name={t("length")} options={options} value={minutes} label={length} choose={(m) => { feel.choice(); setMinutes(m); }} />
        </section>
      )}
      {others.length > 0 && (
        <section>
          <h3>{t("more_nets")}</h3>
          <Several name={t("more_nets")} options={others.map((s) => s.net)} chosen={more} choose={setMore} />
        </section>
      )}
      {(net.add_ons ?? []).length > 0 && (
        <section>
          <h3>{t("equipment")}</h3>
          {(net.add_ons ?? []).map((a) => (
            <label class="check" key={a.id}>
              <input type="checkbox" checked={addOns.includes(a.id)} onChange={() => setAddOns(toggled(addOns, a.id))} />
              <span>{a.name}</span><span>{money(a.price.minor, a.price.currency)}{a.per_hour ? t("per_hour") : ""}</span>
            </label>
          ))}
        </section>
      )}
      <section class="guests">
        <h3>{t("guests")}</h3>
        <Names names={guests} busy={!!busy} save={async (names) => { setGuests(names); return true; }} />
      </section>
      {q ? <Price lines={q.lines} total={q.total} /> : !problem.value && <Skeleton rows={2} />}
      {q && q.total.minor > 0 && <Policy start={start.start} />}
      <Trouble problem={problem.value} />
      {problem.value?.code === "slot-taken" && <Near day={day} net={net.id} at={start.start} starts={starts} minutes={minutes} />}
      {busy && <p class="hint" role="status">{t("asking")}</p>}
      <Next step={q ? { text: t("hold", money(q.total.minor, q.total.currency)), busy: !!busy, press: () => void hold() } : null} />
    </>
  );
}

// Gone is the sheet of a time that somebody has: what is near, and the waitlist.
function Gone({ day, net, start, starts, minutes }: { day: string; net: number; start: Start | undefined; starts: Start[]; minutes: number }) {
  const c = club.value!;
  const { act, busy, problem } = useAct();
  const joined = useSignal(false);
  if (!start) return <p>{t("no_such_time")}</p>;
  const end = new Date(Date.parse(start.start) + minutes * 60_000).toISOString();
  const wait = () => act(async () => {
    await done(api.POST("/api/v1/clubs/{club}/waitlist", {
      params: { path: { club: c.id }, header: { "Idempotency-Key": newKey } }, body: { net, start: start.start, end },
    }));
    joined.value = true;
    void waits.value.reload();
  });
  const waitable = start.status === "taken" || start.status === "held";
  return (
    <>
      <p class="when">{hours(start.start, end, c.time_zone)}</p>
      <p>{t(start.status === "held" ? "somebody_holds" : waitable ? "somebody_has" : "not_bookable")}</p>
      <Near day={day} net={net} at={start.start} starts={starts} minutes={minutes} />
      <Trouble problem={problem} />
      {joined.value && <p class="notice good" role="status">{t("waiting")}</p>}
      <Next step={waitable && !joined.value ? { text: t("wait"), busy: !!busy, press: () => void wait() } : null} />
    </>
  );
}

// Near offers the three nearest free times.
function Near({ day, net, at, starts, minutes }: { day: string; net: number; at: string; starts: Start[]; minutes: number }) {
  const zone = club.value!.time_zone;
  const far = (s: Start) => Math.abs(Date.parse(s.start) - Date.parse(at)) + (s.net === net ? 0 : 1);
  const near = starts.filter((s) => s.status === "free" && s.longest_minutes >= minutes && !(s.net === net && s.start === at))
    .sort((x, y) => far(x) - far(y)).slice(0, 3);
  if (near.length === 0) return null;
  return (
    <section>
      <h3>{t("near")}</h3>
      <div class="near">
        {near.map((s) => {
          const open = () => go(`day/${day}/${s.net}/${Date.parse(s.start) / 1000}`, true);
          return <button key={`${s.net} ${s.start}`} onClick={open}><b>{clock(new Date(s.start), zone)}</b> {netName(s.net)}</button>;
        })}
      </div>
    </section>
  );
}
