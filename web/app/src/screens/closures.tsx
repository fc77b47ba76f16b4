// Closures: the times when the club or some nets are closed, which admins change. Bookings in a closure stay, and the screen lists them for a decision; or
// they are all cancelled and refunded, once the admin has seen the figures.
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type Booking, type Closure, type ClosurePreview } from "../api";
import { allNets, club, isAdmin, netNames, nets, reload, today } from "../club";
import { Age, Heading, Next, Several, Trouble, useAct, Waiting } from "../parts";
import { resource } from "../resource";
import { Problem } from "../send";
import { clock, noonOf, shortDay, t } from "../words";
import { Closings, closingsOf, Figures } from "./closing";
import { Inside } from "./inside";

const closuresOf = (id: number) => resource<Closure[]>(async () => {
  const answer = await done(api.GET("/api/v1/clubs/{club}/closures", { params: { path: { club: id } } }));
  return answer.items ?? [];
});

// whenOf says when a closure is: its times, or how often it comes and since which day.
function whenOf(x: Closure, zone: string): string {
  const at = (text: string) => `${shortDay(new Date(text), zone)} ${clock(new Date(text), zone)}`;
  if (x.start && x.end) return `${at(x.start)} – ${at(x.end)}`;
  return `${t(x.every === "year" ? "every_year" : "every_week")}, ${shortDay(noonOf(x.first_day ?? today()), "UTC")}`;
}

export function Closures() {
  const c = club.value!;
  const list = useMemo(() => closuresOf(c.id), [c.id]);
  const chosen = useSignal<number[]>([]);
  const from = useSignal(`${today()}T06:00`);
  const to = useSignal(`${today()}T22:00`);
  const reason = useSignal("");
  const inside = useSignal<Booking[] | null>(null);
  const runs = useMemo(() => closingsOf(c.id), [c.id]);
  const figures = useSignal<ClosurePreview | null>(null);
  const { act, busy, problem } = useAct(() => Promise.all([list.reload(), runs.reload()]).then(reload));
  useEffect(() => { void list.load(); void nets.value.load(); }, [list]);
  const time = { start: from.value, end: to.value, ...(chosen.value.length ? { nets: chosen.value } : {}) };
  useEffect(() => { figures.value = null; }, [from.value, to.value, chosen.value]); // they are of another closure
  const close = () => act(async () => {
    const made = await done(api.POST("/api/v1/clubs/{club}/closures", {
      params: { path: { club: c.id }, header: { "Idempotency-Key": newKey } }, body: { every: "once", reason: reason.value, ...time },
    }));
    inside.value = made.bookings ?? [];
  });
  const preview = async () => {
    figures.value = await done(api.GET("/api/v1/clubs/{club}/closure-preview", { params: { path: { club: c.id }, query: time } }));
  };
  const refund = () => act(async () => {
    try {
      await done(api.POST("/api/v1/clubs/{club}/closure-runs", {
        params: { path: { club: c.id }, header: { "Idempotency-Key": newKey } }, body: { reason: reason.value, version: figures.value!.version, ...time },
      }));
      figures.value = null;
    } catch (e) {
      if (e instanceof Problem && e.members.closure) await preview().catch(() => undefined); // it has changed
      throw e;
    }
  });
  const lift = (id: number) => act(() => done(api.DELETE("/api/v1/clubs/{club}/closures/{id}", { params: { path: { club: c.id, id } } })));
  const shown = list.state.value;
  return (
    <main class="booking">
      <Heading below={c.name}>{t("closures")}</Heading>
      <Age of={shown} />
      <Trouble problem={problem} />
      <Waiting of={list} rows={3} />
      {shown.data?.length === 0 && <p class="hint">{t("closures_none")}</p>}
      <ul class="cards">
        {(shown.data ?? []).map((x) => {
          const when = whenOf(x, c.time_zone);
          return (
            <li class="card feed" key={x.id}>
              <span class="what"><b>{when}</b><span>{netNames(x.nets) || t("all_nets")}</span><small><bdi>{x.reason}</bdi></small></span>
              {isAdmin.value && (
                <button class="quiet danger" disabled={!!busy} aria-label={`${t("closure_lift")}: ${when}`} onClick={() => void lift(x.id!)}>
                  {t("closure_lift")}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {inside.value && inside.value.length > 0 && (
        <section>
          <h2>{t("closure_inside")}</h2>
          <ul class="cards">{inside.value.map((b) => <Inside key={b.id} booking={b} zone={c.time_zone} />)}</ul>
        </section>
      )}
      <Closings list={runs} zone={c.time_zone} />
      {isAdmin.value && (
        <>
          <h2>{t("closure_new")}</h2>
          <Several name={t("nets")} options={allNets().map((n) => n.id)} chosen={chosen.value}
            choose={(ids) => { chosen.value = ids; }} all={t("all_nets")} />
          <div class="row times">
            <label>{t("starts_at")}<input type="datetime-local" required value={from.value} onChange={(e) => { from.value = e.currentTarget.value; }} /></label>
            <label>{t("ends_at")}<input type="datetime-local" required value={to.value} onChange={(e) => { to.value = e.currentTarget.value; }} /></label>
          </div>
          <div class="row">
            <label>{t("reason")}<input maxLength={200} value={reason.value} onInput={(e) => { reason.value = e.currentTarget.value; }} /></label>
          </div>
          <p class="hint">{t("closure_how")}</p>
          {figures.value ? <Figures of={figures.value} zone={c.time_zone} />
            : <button class="quiet" disabled={!!busy} onClick={() => void act(preview)}>{t("closing_preview")}</button>}
          <Next step={figures.value
            ? { text: t("closing_start"), busy: !!busy, press: () => void refund() }
            : { text: t("closure_close"), busy: !!busy, press: () => void close() }} />
        </>
      )}
    </main>
  );
}
