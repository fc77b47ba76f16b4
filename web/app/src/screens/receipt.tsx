// Receipt: the payment of a booking and its refunds.
import { useEffect, useMemo } from "preact/hooks";
import { api, done, type Receipt as Body } from "../api";
import { club, netNames, nets } from "../club";
import { Age, Heading, Price, span, Waiting } from "../parts";
import { resource } from "../resource";
import { clock, dateIn, longDay, money, t } from "../words";
import { wayName } from "./booking";

export function Receipt({ id }: { id: number }) {
  const receipt = useMemo(() => resource<Body>(() => {
    const path = { club: club.value!.id, id };
    return done(api.GET("/api/v1/clubs/{club}/payments/{id}/receipt", { params: { path } }));
  }), [id, club.value?.id]);
  useEffect(() => { void receipt.load(); void nets.value.load(); }, [receipt]);
  const shown = receipt.state.value;
  const r = shown.data;
  const zone = club.value!.time_zone;
  if (!r) return <main><Heading>{t("receipt")}</Heading><Waiting of={receipt} rows={5} /></main>;
  const at = new Date(r.paid_at);
  return (
    <main class="booking">
      <Heading below={`${r.club}${r.address ? ` · ${r.address}` : ""}`}>{t("receipt_number", r.number)}</Heading>
      <Age of={shown} />
      <p class="when">{money(r.received.minor, r.received.currency)}</p>
      <p class="hint">{`${longDay(at, zone)} ${dateIn(at, zone).slice(0, 4)}, ${clock(at, zone)} · ${wayName(r.provider)}`}</p>
      <p>{`${netNames(r.booking.nets)} · ${span(r.booking.start, r.booking.end, zone)}`}</p>
      <Price lines={r.booking.lines} total={r.booking.price} />
      {(r.refunds ?? []).length > 0 && (
        <dl class="price">
          <div><dt>{t("received")}</dt><dd>{money(r.received.minor, r.received.currency)}</dd></div>
          {r.refunds!.map((x) => (
            <div key={x.id}><dt>{t(x.state === "done" ? "given_back" : "goes_back")}</dt><dd>−{money(x.amount.minor, x.amount.currency)}</dd></div>
          ))}
          <div class="total"><dt>{t("kept")}</dt><dd>{money(r.kept.minor, r.kept.currency)}</dd></div>
        </dl>
      )}
    </main>
  );
}
