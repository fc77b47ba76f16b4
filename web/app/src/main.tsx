// The page: words, session, and the screen that the address names.
import { render } from "preact";
import { effect } from "@preact/signals";
import { club, clubs } from "./club";
import { Announcements, ClubsTrouble, Empty, Skeleton } from "./parts";
import { go, goBack, route, startRouter } from "./router";
import { offline } from "./send";
import { openSession, session } from "./session";
import { inTelegram, launch, startTelegram } from "./telegram";
import { loadWords, t } from "./words";
import { Booking } from "./screens/booking";
import { Bookings } from "./screens/bookings";
import { Day } from "./screens/day";
import { Gate } from "./screens/gate";
import { Settings } from "./screens/settings";

function Screen() {
  const { name, args } = route.value;
  if (!club.value) {
    const { data, error } = clubs.state.value;
    return <main>{error ? <ClubsTrouble /> : data ? <Empty text={t("no_club")} /> : <Skeleton rows={8} />}</main>;
  }
  switch (name) {
    case "booking":
      return <Booking key={args[0]} id={Number(args[0])} />;
    case "bookings":
      return <Bookings />;
    case "settings":
      return <Settings />;
    default:
      return <Day args={args} />;
  }
}

function Page() {
  const kept = session.value === "offline" && club.value !== undefined;
  const open = session.value === "in" || kept;
  const home = route.value.name === "day";
  return (
    <>
      {offline.value && <p class="banner" role="status">{t("offline_banner")}</p>}
      {open && !inTelegram() && !home && <button class="back" onClick={goBack}>‹ {t("back")}</button>}
      {open ? <Screen /> : <Gate />}
      {open && home && <footer><button class="quiet" onClick={() => go("settings")}>{t("settings")}</button></footer>}
      <Announcements />
    </>
  );
}

async function start() {
  startTelegram();
  await loadWords(launch.language);
  startRouter();
  render(<Page />, document.getElementById("page")!);
  effect(() => {
    if (session.value === "in") void clubs.load();
  });
  addEventListener("online", () => { if (session.value === "offline") void openSession(); });
  await openSession();
}

void start();
