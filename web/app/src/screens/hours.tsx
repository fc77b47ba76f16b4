// Hours: when the nets are open, by weekday. What is booked outside of the new hours is shown before they are saved.
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type Booking, type Schemas } from "../api";
import { club, isAdmin, netName, nets } from "../club";
import { Choice, Heading, Next, Skeleton, Trouble, useAct } from "../parts";
import { resource } from "../resource";
import { Problem } from "../send";
import { askBeforeClosing } from "../telegram";
import { t } from "../words";
import { Inside } from "./inside";
import { fromMonday, longWeekday } from "./plots";
import { Open, type Times } from "./time";

type OpenHours = Schemas["HoursBody"];
type Edit = (hours: OpenHours[]) => OpenHours[];

const hoursOf = (id: number) => resource<Schemas["HoursListBody"]>(() => done(api.GET("/api/v1/clubs/{club}/hours", { params: { path: { club: id } } })));
const isOf = (net: number) => (h: OpenHours) => (h.net ?? 0) === net;

// Hours keeps the person's changes apart from what the server has, as Prices does.
export function Hours() {
  const c = club.value!;
  const list = useMemo(() => hoursOf(c.id), [c.id]);
  const edits = useSignal<Edit[]>([]);
  const net = useSignal(0);
  const outside = useSignal<Booking[]>([]); // booked outside of the hours
  const unfit = useSignal<Problem | null>(null); // why the hours cannot be
  const changed = useSignal(false); // by another admin, meanwhile
  const saved = useSignal(false);
  const { act, busy, problem } = useAct();
  useEffect(() => { void list.load(); void nets.value.load(); }, [list]);
  useEffect(() => {
    askBeforeClosing(edits.value.length > 0);
    return () => askBeforeClosing(false);
  }, [edits.value.length > 0]);
  const { data, error } = list.state.value;
  const hours = edits.value.reduce((now, edit) => edit(now), data?.items ?? []);
  const wanted = JSON.stringify(hours);
  useEffect(() => {
    if (edits.value.length === 0) return;
    let left = false;
    done(api.POST("/api/v1/clubs/{club}/hours/preview", { params: { path: { club: c.id } }, body: { items: hours } }))
      .then((found) => { if (!left) { outside.value = found.items ?? []; unfit.value = null; } })
      .catch((e: unknown) => { if (!left && e instanceof Problem) unfit.value = e; });
    return () => { left = true; };
  }, [wanted, edits.value.length > 0]);
  if (!data) {
    return (
      <main>
        <Heading below={c.name}>{t("hours_open")}</Heading>
        {error ? <Trouble problem={error} again={() => void list.load()} /> : <Skeleton rows={7} />}
      </main>
    );
  }

  const add = (edit: Edit) => { edits.value = [...edits.value, edit]; saved.value = false; };
  const undo = () => {
    edits.value = edits.value.slice(0, -1);
    if (edits.value.length > 0) return;
    outside.value = [];
    unfit.value = null;
  };
  const save = () => act(async () => {
    try {
      const now = await done(api.PUT("/api/v1/clubs/{club}/hours", {
        params: { path: { club: c.id }, header: { "Idempotency-Key": newKey, "If-Match": `"${data.version}"` } }, body: { items: hours },
      }));
      list.set(now);
      outside.value = now.bookings ?? [];
      edits.value = [];
      changed.value = false;
      saved.value = true;
    } catch (e) {
      if (e instanceof Problem && e.code === "changed") {
        await list.reload();
        changed.value = true;
      }
      throw e;
    }
  });
  const step = { text: t("save"), busy: !!busy, disabled: unfit.value?.status === 422, press: () => void save() };
  const all = nets.value.state.value.data ?? [];
  const id = net.value;
  const own = id !== 0 && hours.some(isOf(id));
  return (
    <main class="booking">
      <Heading below={c.name}>{t("hours_open")}</Heading>
      {all.length > 1 && (
        <Choice name={t("nets")} options={[0, ...all.map((n) => n.id)]} value={id} label={(n) => (n ? netName(n) : t("all_nets"))}
          choose={(n) => { net.value = n; }} />
      )}
      {id !== 0 && (
        <div class="actions">
          {own
            ? <button class="quiet" onClick={() => add((now) => now.filter((h) => !isOf(id)(h)))}>{t("hours_common")}</button>
            : <button class="quiet" onClick={() => add((now) => [...now, ...now.filter(isOf(0)).map((h) => ({ ...h, net: id }))])}>{t("hours_own")}</button>}
        </div>
      )}
      {id === 0 || own ? <Week net={id} hours={hours.filter(isOf(id))} add={add} /> : <p class="hint">{t("hours_like_all")}</p>}
      {changed.value && <p class="notice" role="status">{t("hours_changed")}</p>}
      <Trouble problem={unfit.value ?? (changed.value && problem?.code === "changed" ? null : problem)} />
      {saved.value && <p class="notice good" role="status">{t("saved")}</p>}
      {outside.value.length > 0 && (
        <section>
          <h2>{t(edits.value.length ? "hours_would_strand" : "hours_stranded")}</h2>
          <ul class="cards">{outside.value.map((b) => <Inside key={b.id} booking={b} zone={c.time_zone} />)}</ul>
        </section>
      )}
      {edits.value.length > 0 && (
        <div class="actions"><button class="quiet" disabled={!!busy} onClick={undo}>{t("undo")}</button></div>
      )}
      <Next step={isAdmin.value && edits.value.length > 0 ? step : null} />
    </main>
  );
}

const usual: Times = { opens_minute: 6 * 60, closes_minute: 22 * 60 };

// Week has the opening times of each weekday.
function Week({ net, hours, add }: { net: number; hours: OpenHours[]; add: (e: Edit) => void }) {
  const on = (days: number[], times: Times[]): Edit => (now) => [
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
