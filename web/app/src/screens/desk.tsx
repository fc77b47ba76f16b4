// Desk: the staff's sheet of a day. Who is here, who paid, who did not come.
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type Booking } from "../api";
import { club, isHeld, netName, nets, reload, today } from "../club";
import { Age, Empty, Heading, hours, Skeleton, Trouble } from "../parts";
import { poll, resource, type Resource } from "../resource";
import { go } from "../router";
import { offline, Problem, serverNow } from "../send";
import { feel } from "../telegram";
import { dayName, known, money, t } from "../words";
import { Days, refreshEvery } from "./day";

export function Desk({ args }: { args: string[] }) {
  const c = club.value!;
  const day = args[0] ?? today();
  const sheet = useMemo(() => resource<Booking[]>(async () => (await done(api.GET("/api/v1/clubs/{club}/days/{day}", { params: { path: { club: c.id, day } } }))).items ?? []), [c.id, day]);
  useEffect(() => {
    void nets.value.load();
    void sheet.load();
    return poll(sheet, refreshEvery);
  }, [sheet]);
  const shown = sheet.state.value;
  const now = serverNow();
  const list = shown.data ?? [];
  const next = list.findIndex((b) => Date.parse(b.end) > now);
  return (
    <main>
      <Heading below={c.name}>{t("desk")}</Heading>
      <div class="actions">
        <button class="quiet" onClick={() => go(`block/${day}`)}>{t("block")}</button>
        <button class="quiet" onClick={() => go("closures")}>{t("closures")}</button>
        <button class="quiet" onClick={() => go("reviews")}>{t("reviews")}</button>
      </div>
      <Days day={day} open={(d) => go(`desk/${d}`, true)} />
      <h2 class="date">{dayName(day)}</h2>
      <Age of={shown} />
      {shown.error && !shown.data && <Trouble problem={shown.error} again={() => void sheet.load()} />}
      {!shown.data && !shown.error && <Skeleton rows={5} />}
      {shown.data && list.length === 0 && <Empty text={t("desk_empty")} />}
      <ul class="cards sheet-list">{list.map((b, i) => <Entry key={b.id} sheet={sheet} b={b} now={day === today() && i === next} />)}</ul>
    </main>
  );
}

type Step = "check-in" | "no-show" | "undo-no-show";

function Entry({ sheet, b, now }: { sheet: Resource<Booking[]>; b: Booking; now: boolean }) {
  const c = club.value!;
  const problem = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  const params = { params: { path: { club: c.id, id: b.id }, header: { "Idempotency-Key": newKey, "If-Match": `"${b.version}"` } } };
  const act = async (run: () => Promise<unknown>) => {
    busy.value = true;
    problem.value = null;
    try {
      await run();
      feel.result("success");
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      feel.result("error");
      problem.value = e;
    } finally {
      await sheet.reload();
      reload();
      busy.value = false;
    }
  };
  const step = (name: Step) => () => void act(() => done(api.POST(`/api/v1/clubs/{club}/bookings/{id}/${name}`, params)));
  const take = (method: "cash" | "card") => () => void act(() => done(api.POST("/api/v1/clubs/{club}/bookings/{id}/desk-payment", { ...params, body: { method } })));
  const play = b.kind === "play";
  const state = `card_${b.state}`;
  const begun = serverNow() >= Date.parse(b.start);
  const name = `${hours(b.start, b.end, c.time_zone)}, ${(b.nets ?? []).map(netName).join(" + ")}`;
  const button = (key: "check_in_them" | "no_show" | "undo_no_show" | "cash" | "card", press: () => void) =>
    <button class="quiet" disabled={busy.value || offline.value} aria-label={`${t(key)}: ${name}`} onClick={press}>{t(key)}</button>;
  return (
    <li class={`card feed ${b.state}`}>
      {now && <p class="now" role="status">{t("now")}</p>}
      <button class="what plain" onClick={() => go(`booking/${b.id}`)}>
        <b>{hours(b.start, b.end, c.time_zone)} · {(b.nets ?? []).map(netName).join(" + ")}</b>
        <span>{play ? t("member", String(b.member)) : t("blocked")}{b.note && <> · <bdi>{b.note}</bdi></>}{(b.guests ?? []).length > 0 && <> · <bdi>{b.guests!.join(", ")}</bdi></>}</span>
        <small>{isHeld(b) ? t("status_held") : play && known(state) ? t(state) : ""}{b.price.minor > 0 && ` · ${money(b.price.minor, b.price.currency)}`}</small>
      </button>
      {play && (
        <span class="pair">
          {b.state === "confirmed" && button("check_in_them", step("check-in"))}
          {b.state === "confirmed" && begun && button("no_show", step("no-show"))}
          {b.state === "no_show" && button("undo_no_show", step("undo-no-show"))}
          {b.price.minor > 0 && b.state !== "no_show" && button("cash", take("cash"))}
          {b.price.minor > 0 && b.state !== "no_show" && button("card", take("card"))}
        </span>
      )}
      <Trouble problem={problem.value} />
    </li>
  );
}
