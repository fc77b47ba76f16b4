// Closings: closures that cancel what is booked inside and give the money back. What one would do, and how far the last ones are.
import { useEffect } from "preact/hooks";
import { api, done, type ClosurePreview, type ClosureRun, type PaymentSum } from "../api";
import { span } from "../parts";
import { poll, resource, type Resource } from "../resource";
import { known, money, t } from "../words";
import { wayName } from "./booking";
import { Inside } from "./inside";

export const closingsOf = (id: number) => resource<ClosureRun[]>(async () => {
  const answer = await done(api.GET("/api/v1/clubs/{club}/closure-runs", { params: { path: { club: id } } }));
  return answer.items ?? [];
});

const running = (r: ClosureRun) => r.state === "cancelling" || r.state === "refunding";

// wayOf names a way of paying: at the desk by its method.
function wayOf(s: PaymentSum): string {
  const method = s.method ?? "";
  return known(method) ? t(method) : wayName(s.provider);
}

// Figures say what a closing would cancel and give back, and list the bookings inside.
export function Figures({ of: f, zone }: { of: ClosurePreview; zone: string }) {
  return (
    <>
      <section class="notice" role="status" id="closing-figures">
        <p><b>{t("closing_inside", f.bookings, f.people)}</b></p>
        {f.holds > 0 && <p>{t("closing_holds", f.holds)}</p>}
        <dl class="price">
          {(f.back ?? []).map((s) => (
            <div key={wayOf(s)}><dt>{wayOf(s)} <small>× {s.payments}</small></dt><dd>{money(s.amount.minor, s.amount.currency)}</dd></div>
          ))}
        </dl>
        {(f.reviewed ?? []).map((s) => <p key={wayOf(s)}>{t("closing_reviewed", money(s.amount.minor, s.amount.currency))}</p>)}
      </section>
      <ul class="cards">{(f.inside ?? []).map((b) => <Inside key={b.id} booking={b} zone={zone} />)}</ul>
    </>
  );
}

// Closings shows how far the last closings are. While one is under way, it looks again.
export function Closings({ list, zone }: { list: Resource<ClosureRun[]>; zone: string }) {
  const shown = list.state.value.data ?? [];
  const busy = shown.some(running);
  useEffect(() => { void list.load(); }, [list]);
  useEffect(() => busy ? poll(list, 2000) : undefined, [list, busy]);
  if (shown.length === 0) return null;
  return (
    <section>
      <h2>{t("closings")}</h2>
      <ul class="cards">
        {shown.map((r) => (
          <li class="card feed" key={r.id} data-state={r.state}>
            <span class="what">
              <b>{span(r.start, r.end, zone)}</b>
              <span>{t("closing_progress", r.bookings, r.cancelled + r.left)}</span>
              {(r.refunds ?? []).map((s) => (
                <small key={wayOf(s)}>{t("closing_money", wayOf(s), money(s.done.minor, s.amount.currency), money(s.amount.minor, s.amount.currency))}</small>
              ))}
              <small>{t(`closing_${r.state}`)}</small>
            </span>
            {running(r) && <progress max={r.bookings} value={r.cancelled + r.left} aria-label={t("closing_progress", r.bookings, r.cancelled + r.left)} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
