// The page: words, session, and the screen that the address names.
import { render } from "preact";
import { effect } from "@preact/signals";
import { club, clubs, isStaff, me } from "./club";
import { lazily, lazilyForStaff } from "./lazy";
import { Announcements, ClubsTrouble, Empty, Skeleton } from "./parts";
import { go, goBack, route, startRouter } from "./router";
import { offline } from "./send";
import { openSession, session } from "./session";
import { inTelegram, launch, startTelegram } from "./telegram";
import { loadWords, preferWords, t } from "./words";
import { Booking } from "./screens/booking";
import { Bookings } from "./screens/bookings";
import { Day } from "./screens/day";
import { Gate } from "./screens/gate";

const Archive = lazily(() => import("./screens/archive").then((m) => m.Archive));
const File = lazily(() => import("./screens/file").then((m) => m.File));
const Calendar = lazily(() => import("./screens/calendar").then((m) => m.Calendar));
const Desk = lazilyForStaff(() => import("./screens/desk").then((m) => m.Desk));
const Block = lazily(() => import("./screens/block").then((m) => m.Block));
const Closures = lazilyForStaff(() => import("./screens/closures").then((m) => m.Closures));
const Reviews = lazily(() => import("./screens/reviews").then((m) => m.Reviews));
const Reports = lazilyForStaff(() => import("./screens/reports").then((m) => m.Reports));
const Prices = lazilyForStaff(() => import("./screens/prices").then((m) => m.Prices));
const Hours = lazilyForStaff(() => import("./screens/hours").then((m) => m.Hours));
const SetUp = lazilyForStaff(() => import("./screens/setup").then((m) => m.SetUp));
const MoveScreen = lazily(() => import("./screens/move").then((m) => m.MoveScreen));
const Range = lazily(() => import("./screens/range").then((m) => m.Range));
const Settings = lazily(() => import("./screens/settings").then((m) => m.Settings));
const Receipt = lazily(() => import("./screens/receipt").then((m) => m.Receipt));

function NoClub() {
  const { data, error } = clubs.state.value;
  if (error) return <ClubsTrouble />;
  if (!data) return <Skeleton rows={8} />;
  if (me.state.value.data?.operator) return <Empty text={t("no_club")} act={t("set_up")} press={() => go("set-up")} />;
  return <Empty text={t("no_club")} act={t("archive")} press={() => go("archive")} />;
}

function Screen() {
  const { name, args } = route.value;
  if (name === "archive") return <Archive />;
  if (name === "file") return <File key={args.join()} args={args} />;
  if (!club.value) return name === "set-up" && clubs.state.value.data ? <SetUp args={args} /> : <main><NoClub /></main>;
  switch (name) {
    case "booking":
      return <Booking key={args[0]} id={Number(args[0])} />;
    case "bookings":
      return <Bookings />;
    case "calendar":
      return <Calendar />;
    case "desk":
      return <Desk args={args} />;
    case "block":
      return <Block args={args} />;
    case "closures":
      return <Closures />;
    case "reviews":
      return <Reviews />;
    case "prices":
      return <Prices />;
    case "hours":
      return <Hours />;
    case "reports":
      return <Reports />;
    case "move":
      return <MoveScreen args={args} />;
    case "range":
      return <Range />;
    case "receipt":
      return <Receipt key={args[0]} id={Number(args[0])} />;
    case "settings":
      return <Settings />;
    default:
      return <Day args={args} />;
  }
}

function Footer() {
  const link = (screen: "desk" | "archive" | "settings") => <button class="quiet" onClick={() => go(screen)}>{t(screen)}</button>;
  return <footer>{isStaff.value && link("desk")} {link("archive")} {link("settings")}</footer>;
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
      {open && home && <Footer />}
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
    if (session.value !== "in") return;
    void clubs.load();
    void me.load();
  });
  effect(() => void preferWords(me.state.value.data?.language ?? ""));
  addEventListener("online", () => { if (session.value === "offline") void openSession(); });
  await openSession();
}

void start();
