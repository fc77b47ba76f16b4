// Desk: the staff's sheet of a day, with check-in, payment and no-shows.
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type Booking, type SheetBooking } from "../api";
import { club, type DaySheet, isAdmin, isHeld, kept, netNames, nets, reload, sheetName, today } from "../club";
import { Age, Empty, Heading, hours, Trouble, useAct, Waiting } from "../parts";
import { poll, type Resource } from "../resource";
import { go } from "../router";
import { offline, serverNow } from "../send";
import { canScan, scan } from "../telegram";
import { dayName, known, money, t } from "../words";
import { Days, refreshEvery } from "./day";

// sheetOf is the sheet of a day. The device keeps the last one that is not of a past day, because the connection at the nets may be bad.
const sheetOf = (id: number, day: string) => kept<DaySheet>(sheetName(id), async () => {
  const answer = await done(api.GET("/api/v1/clubs/{club}/days/{day}", { params: { path: { club: id, day } } }));
  return { day, list: answer.items ?? [] };
}, (last) => last.day === day, (last) => last.day >= today());

export function Desk({ args }: { args: string[] }) {
  const c = club.value!;
  const day = args[0] ?? today();
  const sheet = useMemo(() => sheetOf(c.id, day), [c.id, day]);
  useEffect(() => {
    void nets.value.load();
    void sheet.load();
    return poll(sheet, refreshEvery);
  }, [sheet]);
  const shown = sheet.state.value;
  const now = serverNow();
  const list = shown.data?.list ?? [];
  const next = list.findIndex((b) => Date.parse(b.end) > now);
  return (
    <main>
      <Heading below={c.name}>{t("desk")}</Heading>
      <div class="actions">
        <button class="quiet" onClick={() => go(`block/${day}`)}>{t("block")}</button>
        <button class="quiet" onClick={() => go("closures")}>{t("closures")}</button>
        <button class="quiet" onClick={() => go("reviews")}>{t("reviews")}</button>
        <button class="quiet" onClick={() => go("reports")}>{t("reports")}</button>
        {isAdmin.value && <button class="quiet" onClick={() => go("prices")}>{t("prices")}</button>}
        {isAdmin.value && <button class="quiet" onClick={() => go("hours")}>{t("hours_open")}</button>}
      </div>
      <Days day={day} open={(d) => go(`desk/${d}`, true)} />
      <h2 class="date">{dayName(day)}</h2>
      <CheckIn day={day} sheet={sheet} />
      <Age of={shown} />
      <Waiting of={sheet} rows={5} />
      {shown.data && list.length === 0 && <Empty text={t("desk_empty")} />}
      <ul class="cards sheet-list">{list.map((b, i) => <Entry key={b.id} sheet={sheet} b={b} now={day === today() && i === next} />)}</ul>
    </main>
  );
}

function stateName(b: SheetBooking): string {
  const state = `card_${b.state}`;
  if (isHeld(b)) return t("status_held");
  return b.kind === "play" && known(state) ? t(state) : "";
}

// CheckIn checks in the booking of a code that is scanned, or typed where the client has no scanner.
function CheckIn({ day, sheet }: { day: string; sheet: Resource<DaySheet> }) {
  const c = club.value!;
  const code = useSignal("");
  const here = useSignal<Booking | null>(null);
  const { act, busy, problem } = useAct(() => sheet.reload().then(reload));
  const checkIn = (text: string) => act(async () => {
    here.value = null;
    here.value = await done(api.POST("/api/v1/clubs/{club}/check-ins", {
      params: { path: { club: c.id }, header: { "Idempotency-Key": newKey } }, body: { code: text, day },
    }));
    code.value = "";
  });
  const read = async () => {
    const text = await scan(t("scan_how"));
    if (text) await checkIn(text);
  };
  const b = here.value;
  return (
    <>
      <form class="row times" onSubmit={(e) => { e.preventDefault(); void checkIn(code.value); }}>
        <label>{t("qr_show")}
          <input required maxLength={100} autocomplete="off" autocapitalize="characters" value={code.value}
            onInput={(e) => { code.value = e.currentTarget.value; }} />
        </label>
        <button class="quiet" disabled={!!busy || offline.value}>{t("check_in_them")}</button>
        {canScan() && <button type="button" class="quiet" disabled={!!busy || offline.value} onClick={() => void read()}>{t("scan")}</button>}
      </form>
      {b && <p class="notice good" role="status">{t("checked_in_one", `${hours(b.start, b.end, c.time_zone)}, ${netNames(b.nets)}`)}</p>}
      <Trouble problem={problem} />
    </>
  );
}

type Step = "check-in" | "no-show" | "undo-no-show";

function Entry({ sheet, b, now }: { sheet: Resource<DaySheet>; b: SheetBooking; now: boolean }) {
  const c = club.value!;
  const { act, busy, problem } = useAct(() => sheet.reload().then(reload));
  const params = { params: { path: { club: c.id, id: b.id }, header: { "Idempotency-Key": newKey, "If-Match": `"${b.version}"` } } };
  const step = (name: Step) => () => void act(() => done(api.POST(`/api/v1/clubs/{club}/bookings/{id}/${name}`, params)));
  const take = (method: "cash" | "card") => () =>
    void act(() => done(api.POST("/api/v1/clubs/{club}/bookings/{id}/desk-payment", { ...params, body: { method } })));
  const play = b.kind === "play";
  const costs = play && b.price.minor > 0;
  const takes = costs && !b.paid && b.state !== "no_show";
  const about = [stateName(b), costs && money(b.price.minor, b.price.currency), costs && t(b.paid ? "desk_paid" : "desk_unpaid")];
  const guests = (b.guests ?? []).join(", ");
  const begun = serverNow() >= Date.parse(b.start);
  const name = `${hours(b.start, b.end, c.time_zone)}, ${netNames(b.nets)}`;
  const button = (key: "check_in_them" | "no_show" | "undo_no_show" | "cash" | "card", press: () => void) =>
    <button class="quiet" disabled={!!busy || offline.value} aria-label={`${t(key)}: ${name}`} onClick={press}>{t(key)}</button>;
  return (
    <li class={`card feed ${b.state}`}>
      {now && <p class="now" role="status">{t("now")}</p>}
      <button class="what plain" onClick={() => go(`booking/${b.id}`)}>
        <b>{hours(b.start, b.end, c.time_zone)} · {netNames(b.nets)}</b>
        <span>{play ? t("member", String(b.member)) : t("blocked")}{b.note && <> · <bdi>{b.note}</bdi></>}{guests && <> · <bdi>{guests}</bdi></>}</span>
        <small>{about.filter(Boolean).join(" · ")}</small>
      </button>
      {play && (
        <span class="pair">
          {b.state === "confirmed" && button("check_in_them", step("check-in"))}
          {b.state === "confirmed" && begun && button("no_show", step("no-show"))}
          {b.state === "no_show" && button("undo_no_show", step("undo-no-show"))}
          {takes && button("cash", take("cash"))}
          {takes && button("card", take("card"))}
        </span>
      )}
      <Trouble problem={problem} />
    </li>
  );
}
