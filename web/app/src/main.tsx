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

const Archive = lazily((later) => later.Archive);
const File = lazily((later) => later.File);
const Calendar = lazily((later) => later.Calendar);
const Desk = lazilyForStaff((later) => later.Desk);
const Block = lazily((later) => later.Block);
const Closures = lazilyForStaff((later) => later.Closures);
const Reviews = lazily((later) => later.Reviews);
const Reports = lazilyForStaff((later) => later.Reports);
const Prices = lazilyForStaff((later) => later.Prices);
const Hours = lazilyForStaff((later) => later.Hours);
const SetUp = lazilyForStaff((later) => later.SetUp);
const MoveScreen = lazily((later) => later.MoveScreen);
const Range = lazily((later) => later.Range);
const Settings = lazily((later) => later.Settings);
const Receipt = lazily((later) => later.Receipt);

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
  effect(() => {
    if (session.value !== "in") return;
    void clubs.load();
    void me.load();
  });
  const opened = openSession(); // while the words are read
  await loadWords(launch.language);
  startRouter();
  render(<Page />, document.getElementById("page")!);
  effect(() => void preferWords(me.state.value.data?.language ?? ""));
  addEventListener("online", () => { if (session.value === "offline") void openSession(); });
  await opened;
}

void start();
