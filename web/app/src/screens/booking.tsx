// Booking: a hold with its countdown and the ways to pay, or a booking and what can be done with it.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { api, done, newKey, type Booking as Body, type CheckInCode, type Payment, type PayWay } from "../api";
import { club, isHeld, isSilent, me, netNames, reload } from "../club";
import {
  Age, announce, Heading, hours, Next, Policy, Price, saveFile, sentence, Sure, Trouble, useAct, useAskBeforeClosing, useIsLeft, Waiting, ZoneNote,
} from "../parts";
import { poll, resource, type Resource } from "../resource";
import { go } from "../router";
import { serverNow } from "../send";
import { Share } from "../share";
import { canOpenInvoice, onInvoiceClosed, openInvoice, openLink, slugOf } from "../telegram";
import { clock, longDay, money, t, known, type Phrase } from "../words";
import { Names } from "./guests";

interface View {
  booking: Body;
  payments: Payment[];
  ways: PayWay[];
}

const path = (id: number) => ({ club: club.value!.id, id });

const read = (id: number) => async (): Promise<View> => {
  const params = { params: { path: path(id) } };
  const [booking, payments, ways] = await Promise.all([
    done(api.GET("/api/v1/clubs/{club}/bookings/{id}", params)),
    done(api.GET("/api/v1/clubs/{club}/bookings/{id}/payments", params)),
    done(api.GET("/api/v1/clubs/{club}/bookings/{id}/pay-ways", params)),
  ]);
  return { booking, payments: payments.items ?? [], ways: ways.items ?? [] };
};

export function Booking({ id }: { id: number }) {
  const view = useMemo(() => resource<View>(read(id)), [id, club.value?.id]);
  useEffect(() => {
    void view.load();
    return poll(view, 10_000);
  }, [view]);
  const shown = view.state.value;
  const b = shown.data?.booking;
  const held = !!b && isHeld(b);
  useAskBeforeClosing(held);
  if (!shown.data || !b) return <main><Heading>{t("booking")}</Heading><Waiting of={view} rows={5} /></main>;
  const c = club.value!;
  return (
    <main class="booking">
      <Heading below={<>{longDay(new Date(b.start), c.time_zone)} <ZoneNote /></>}>{netNames(b.nets)}</Heading>
      <p class="when">{hours(b.start, b.end, c.time_zone)}</p>
      <Age of={shown} />
      {held ? <Held view={view} data={shown.data} /> : <Settled view={view} data={shown.data} />}
    </main>
  );
}

// again reads a booking, the list of bookings and the day again.
const again = (view: Resource<View>) => () => view.reload().then(reload);

const step = (name: "confirm" | "extend" | "check-in", b: Body) => done(api.POST(`/api/v1/clubs/{club}/bookings/{id}/${name}`, {
  params: { path: path(b.id), header: { "Idempotency-Key": newKey } },
}));

const cancel = (b: Body) => done(api.POST("/api/v1/clubs/{club}/bookings/{id}/cancel", {
  params: { path: path(b.id), header: { "Idempotency-Key": newKey, "If-Match": `"${b.version}"` } },
}));

export const wayName = (provider: string): string => {
  const key = `way_${provider}`;
  return known(key) ? t(key) : provider;
};

const linkWaits = [0.3, 0.5, 1, 2, 4]; // seconds between two looks for the link of an invoice

// invoiceLink has the bot make a link to an invoice. It returns undefined if the bot does not answer soon, or if isLeft becomes true.
async function invoiceLink(b: Body, provider: "telegram" | "stars", isLeft: () => boolean): Promise<string | undefined> {
  let p = await done(api.POST("/api/v1/clubs/{club}/bookings/{id}/invoice-link", { params: { path: path(b.id) }, body: { provider } }));
  for (const wait of linkWaits) {
    if (p.invoice_link || isLeft()) break;
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    const all = await done(api.GET("/api/v1/clubs/{club}/bookings/{id}/payments", { params: { path: path(b.id) } }));
    p = all.items?.find((x) => x.id === p.id) ?? p;
  }
  return p.invoice_link;
}

const backOff = [1, 2, 4, 8, 15, 30, 60]; // seconds between two looks after paying

// Held is a hold: how long it lasts, and how it becomes a booking.
function Held({ view, data: { booking: b, payments, ways } }: { view: Resource<View>; data: View }) {
  const { act, busy, problem } = useAct(again(view));
  const [way, setWay] = useState("");
  const [looks, setLooks] = useState(0); // since the payment page was opened; 0: it was not
  const [said, setSaid] = useState<Phrase>("pay_asking"); // while the page waits for the payment
  const isLeft = useIsLeft();
  const opened = useRef(""); // the slug of the last invoice
  const pays = ways.length > 0;
  const chosen = ways.find((w) => w.provider === way) ?? ways[0];
  const reviewed = payments.some((p) => p.state === "review");
  useEffect(() => {
    if (!looks || looks > backOff.length) return;
    const timer = setTimeout(() => void view.load().then(() => setLooks(looks + 1)), backOff[looks - 1]! * 1000);
    return () => clearTimeout(timer);
  }, [looks]);
  useEffect(() => onInvoiceClosed((slug, paid) => {
    // After a reload of the page only the payments name the invoice.
    const links = view.state.value.data?.payments.map((p) => p.invoice_link && slugOf(p.invoice_link)) ?? [];
    if (slug !== opened.current && !links.includes(slug)) return;
    setSaid(paid ? "pay_asking" : "pay_closed");
    setLooks(1);
    void view.load();
  }), [view]);
  const confirm = () => void act(() => step("confirm", b), "confirm").then((ok) => { if (ok) announce(t("state_confirmed")); });
  const pay = () => void act(async () => {
    const { provider } = chosen!;
    const inChat = provider === "telegram" || provider === "stars";
    const link = inChat && canOpenInvoice() ? await invoiceLink(b, provider, () => isLeft.current) : undefined;
    if (isLeft.current) return;
    if (link) {
      opened.current = slugOf(link);
      openInvoice(link);
    } else {
      const p = await done(api.POST("/api/v1/clubs/{club}/bookings/{id}/payments", { params: { path: path(b.id) }, body: { provider } }));
      if (isLeft.current) return;
      if (p.url) openLink(p.url);
    }
    const next = inChat && !link ? "pay_in_chat" : "pay_asking";
    setSaid(next);
    setLooks(1);
    announce(t(next));
  }, "pay");
  const giveUp = () => void act(() => cancel(b), "cancel").then((ok) => { if (ok) go(`day/${b.day}`, true); });
  const extend = () => void act(() => step("extend", b), "extend");
  return (
    <>
      <Countdown until={b.expires_at!} over={() => void view.reload().then(reload)} offer={b.kind === "offer"} />
      <Price lines={b.lines} total={b.price} />
      {b.price.minor > 0 && <Policy start={b.start} />}
      {isSilent.value && <p class="notice" role="status">{t("start_bot")}</p>}
      {reviewed && <p class="notice" role="status">{t("pay_review")}</p>}
      {looks > 0 && !reviewed && <p class="notice" role="status">{t(looks > backOff.length ? "pay_unknown" : said)}</p>}
      {pays && ways.length > 1 && (
        <section class="ways" role="radiogroup" aria-labelledby="ways">
          <h2 id="ways">{t("pay_how")}</h2>
          {ways.map((w) => (
            <label class="check" key={w.provider}>
              <input type="radio" name="way" checked={w.provider === chosen!.provider} onChange={() => setWay(w.provider)} />
              <span>{wayName(w.provider)}</span><span>{money(w.amount.minor, w.amount.currency)}</span>
            </label>
          ))}
        </section>
      )}
      {b.kind === "play" && <Guests view={view} booking={b} />}
      <Trouble problem={problem} />
      <div class="actions">
        {b.kind !== "offer" && <button class="quiet" disabled={!!busy} onClick={extend}>{t("extend")}</button>}
        <button class="quiet danger" disabled={!!busy} onClick={giveUp}>{t(b.kind === "offer" ? "decline" : "give_up")}</button>
      </div>
      <Next step={reviewed ? null : pays
        ? { text: t(looks ? "pay_again" : "pay", money(chosen!.amount.minor, chosen!.amount.currency)), busy: busy === "pay", press: pay }
        : { text: t("confirm"), busy: busy === "confirm", press: confirm }} />
    </>
  );
}

const spoken = [300, 120, 60]; // seconds before the end at which screen readers say the time

// Countdown is a ring that closes, by the server's clock.
function Countdown({ until, over, offer }: { until: string; over: () => void; offer: boolean }) {
  const end = Date.parse(until);
  const [now, setNow] = useState(serverNow());
  const whole = useMemo(() => Math.max(end - serverNow(), (club.value?.hold_seconds ?? 600) * 1000), [end]);
  const left = Math.max(0, Math.ceil((end - now) / 1000));
  const before = useRef(left); // what was left at the last look; a page that slept or was busy skips seconds
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 250);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (left === 0) over();
    else if (spoken.some((s) => left <= s && s < before.current)) announce(t("left_minutes", Math.ceil(left / 60)));
    before.current = left;
  }, [left]);
  const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  return (
    <div class={`ring ${left <= 60 ? "soon" : ""}`} role="timer" aria-label={t("left", text)}>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle cx="50" cy="50" r="44" />
        <circle class="left" cx="50" cy="50" r="44" pathLength={100} style={{ strokeDasharray: `${Math.min(100, (100 * (end - now)) / whole)} 100` }} />
      </svg>
      <span aria-hidden="true"><b>{text}</b>{t(offer ? "offered_until" : "held_until", clock(new Date(end), club.value!.time_zone))}</span>
    </div>
  );
}

const moneyStates: Partial<Record<Payment["state"], Phrase>> = {
  captured: "paid", refund_pending: "refund_pending", part_refunded: "refunded", refunded: "refunded", review: "pay_review", authorized: "pay_asking",
};

// Settled is a booking, or what became of one.
function Settled({ view, data: { booking: b, payments } }: { view: Resource<View>; data: View }) {
  const c = club.value!;
  const { act, busy, problem } = useAct(again(view));
  const [asks, setAsks] = useState(false);
  const [code, setCode] = useState<CheckInCode | null>(null);
  const readCode = () => act(async () => setCode(await done(api.GET("/api/v1/clubs/{club}/bookings/{id}/check-in-code", { params: { path: path(b.id) } }))));
  const state = b.state === "held" ? "expired" : b.state; // a hold that has run out and was not swept yet
  const now = serverNow();
  const live = state === "confirmed" || state === "checked_in";
  const ahead = Date.parse(b.start) > now;
  const canCheckIn = state === "confirmed" && now >= Date.parse(b.start) - c.check_in_minutes * 60_000 && now < Date.parse(b.end);
  const canMove = state === "confirmed" && b.kind === "play" && now <= Date.parse(b.start) - c.cancel_free_hours * 3_600_000;
  const title = `state_${state}`;
  const next = () => {
    if (canCheckIn) return { text: t("check_in"), busy: busy === "check-in", press: () => void act(() => step("check-in", b), "check-in") };
    return live ? null : { text: t("book_again"), press: bookAgain };
  };
  const bookAgain = () => go(`day/${b.day}`, true);
  return (
    <>
      <p class={`state ${live ? "good" : "off"}`}>{known(title) ? t(title) : state}</p>
      {state === "expired" && <p>{t("expired_next")}</p>}
      {state === "slot_lost" && <p>{t("lost_next")}</p>}
      {b.price.minor > 0 && <Price lines={b.lines} total={b.price} />}
      {payments.filter((p) => moneyStates[p.state]).map((p) => (
        <p class="hint" key={p.id}>
          {t(moneyStates[p.state]!, money(p.state.includes("refund") ? p.refunded.minor : p.amount.minor, p.amount.currency))}
          {p.state !== "review" && p.state !== "authorized" && <button class="link" onClick={() => go(`receipt/${p.id}`)}>{t("receipt")}</button>}
        </p>
      ))}
      {live && b.price.minor > 0 && !payments.some((p) => moneyStates[p.state]) && <p class="hint">{t("pay_at_desk")}</p>}
      {b.cancel_fee && b.cancel_fee.minor > 0 && <p class="hint">{t("kept_fee", money(b.cancel_fee.minor, b.cancel_fee.currency))}</p>}
      {live && ahead && b.price.minor > 0 && <Policy start={b.start} />}
      {live && b.kind === "play" && <Guests view={view} booking={b} />}
      {code && state === "confirmed" && (
        <figure class="qr">
          <img alt={t("qr_show")} src={`data:image/png;base64,${code.picture}`} />
          <figcaption><b>{code.code}</b> {t("qr_how")}</figcaption>
        </figure>
      )}
      <Trouble problem={problem} />
      {live && (
        <div class="actions">
          {state === "confirmed" && !code && b.member === me.state.value.data?.id && (
            <button class="quiet" disabled={!!busy} onClick={() => void readCode()}>{t("qr_show")}</button>
          )}
          <button class="quiet" onClick={() => void act(() => saveCalendar(b))}>{t("calendar")}</button>
          {ahead && <Share subject={{ booking: { club: c.id, id: b.id } }} />}
          {canMove && <button class="quiet" onClick={() => go(`move/${b.id}/${b.day}`)}>{t("move")}</button>}
          {c.place && (
            <button class="quiet" onClick={() => openLink(`https://maps.google.com/?q=${c.place!.latitude},${c.place!.longitude}`)}>{t("map")}</button>
          )}
          {state === "confirmed" && ahead && !asks && <button class="quiet danger" onClick={() => setAsks(true)}>{t("cancel")}</button>}
        </div>
      )}
      {asks && (
        <Sure text={t("cancel_sure")} yes={t("cancel_yes")} no={t("cancel_no")} busy={!!busy} close={() => setAsks(false)}
          press={() => void act(() => cancel(b), "cancel").then(() => setAsks(false))} />
      )}
      <Next step={next()} />
    </>
  );
}

// Guests are who comes along.
function Guests({ view, booking: b }: { view: Resource<View>; booking: Body }) {
  const { act, busy, problem } = useAct(again(view));
  const save = (names: string[]) => act(() => done(api.POST("/api/v1/clubs/{club}/bookings/{id}/guests", {
    params: { path: path(b.id), header: { "Idempotency-Key": newKey, "If-Match": `"${b.version}"` } }, body: { names },
  })));
  return (
    <section class="guests">
      <h2>{t("guests")}</h2>
      <Names names={b.guests ?? []} busy={!!busy} save={save} />
      {problem && <p class="notice bad" role="alert">{sentence(problem)}</p>}
    </section>
  );
}

// saveCalendar downloads the booking as a file for a calendar.
async function saveCalendar(b: Body) {
  const file = await done(api.GET("/api/v1/clubs/{club}/bookings/{id}/calendar.ics", { params: { path: path(b.id) }, parseAs: "blob" }));
  saveFile(file as unknown as Blob, `nets-${b.id}.ics`);
}
