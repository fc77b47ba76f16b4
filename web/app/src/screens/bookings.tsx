// My bookings: those ahead, offers and waits, and those that are over.
import { useEffect } from "preact/hooks";
import { api, done, type Booking, type Wait } from "../api";
import { club, isHeld, isLive, mine, netName, netNames, nets, waits } from "../club";
import { Age, Empty, Heading, hours, span, Trouble, useAct, Waiting, ZoneNote } from "../parts";
import { poll } from "../resource";
import { go } from "../router";
import { serverNow } from "../send";
import { clock, dayOfMonth, known, money, month, t, weekday } from "../words";

export function Bookings() {
  useEffect(() => {
    void mine.value.load();
    void waits.value.load();
    void nets.value.load();
    const [bookings, queue] = [mine.value, waits.value];
    return poll({ load: async () => { await Promise.all([bookings.load(), queue.load()]); } }, 30_000);
  }, [club.value?.id]);
  const shown = mine.value.state.value;
  const now = serverNow();
  const list = (shown.data ?? []).filter((b) => b.kind !== "block");
  const ahead = list.filter((b) => isLive(b) && Date.parse(b.end) > now).sort((x, y) => Date.parse(x.start) - Date.parse(y.start));
  const over = list.filter((b) => !ahead.includes(b) && !(b.state === "held" || b.state === "expired"))
    .sort((x, y) => Date.parse(y.start) - Date.parse(x.start));
  const waiting = (waits.value.state.value.data ?? []).filter((w) => w.state === "waiting" && Date.parse(w.start) > now);
  return (
    <main>
      <Heading below={<><bdi>{club.value!.name}</bdi> <ZoneNote /></>}>{t("my_bookings")}</Heading>
      <Age of={shown} />
      <Waiting of={mine.value} rows={4} />
      {shown.data && ahead.length === 0 && waiting.length === 0 && <Empty text={t("no_bookings")} act={t("find_time")} press={() => go("day")} />}
      {ahead.length > 0 && <section><h2>{t("upcoming")}</h2><ul class="cards">{ahead.map((b) => <Card key={b.id} booking={b} />)}</ul></section>}
      {waiting.length > 0 && <section><h2>{t("waitlist")}</h2><ul class="cards">{waiting.map((w) => <WaitCard key={w.id} wait={w} />)}</ul></section>}
      {over.length > 0 && <section><h2>{t("past")}</h2><ul class="cards past">{over.slice(0, 20).map((b) => <Card key={b.id} booking={b} />)}</ul></section>}
    </main>
  );
}

function Card({ booking: b }: { booking: Booking }) {
  const zone = club.value!.time_zone;
  const start = new Date(b.start);
  const state = `card_${b.kind === "offer" && isHeld(b) ? "offered" : b.state}`;
  return (
    <li>
      <button class={`card ${b.state}`} onClick={() => go(`booking/${b.id}`)}>
        <span class="leaf"><span>{weekday(start, zone)}</span><b>{dayOfMonth(start, zone)}</b><span>{month(start, zone)}</span></span>
        <span class="what">
          <b>{hours(b.start, b.end, zone)}</b>
          <span>{netNames(b.nets)}</span>
          {!!b.guests?.length && <bdi>{b.guests.join(", ")}</bdi>}
          <small>{isHeld(b) ? t("held_until", clock(new Date(b.expires_at!), zone)) : known(state) ? t(state) : b.state}</small>
        </span>
        {b.price.minor > 0 && <span class="sum">{money(b.price.minor, b.price.currency)}</span>}
      </button>
    </li>
  );
}

function WaitCard({ wait: w }: { wait: Wait }) {
  const { act, busy, problem } = useAct();
  const leave = () => act(async () => {
    await done(api.DELETE("/api/v1/clubs/{club}/waitlist/{id}", { params: { path: { club: club.value!.id, id: w.id } } }));
    await waits.value.reload();
  });
  return (
    <li class="card wait">
      <span class="what">
        <b>{span(w.start, w.end, club.value!.time_zone)}</b>
        <span>{w.net ? netName(w.net) : t("any_net")}</span>
        {!!w.place && <small>{t("wait_place", w.place)}</small>}
      </span>
      <button class="quiet" disabled={!!busy} onClick={() => void leave()}>{t("leave")}</button>
      <Trouble problem={problem} />
    </li>
  );
}
