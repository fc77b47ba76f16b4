// The page: words, session, and the screen that the address names.
import { options, render } from "preact";
import { effect, signal, untracked } from "@preact/signals";
import type { Starts } from "./api";
import { launch } from "./boot";
import { club, clubs, isStaff, me } from "./club";
import { HomeOffer, startHomeOffer } from "./home";
import { lazily, lazilyForStaff } from "./lazy";
import { Announcements, ClubsTrouble, Empty, Skeleton } from "./parts";
import type { Resource } from "./resource";
import { go, goBack, route, startRouter } from "./router";
import { offline } from "./send";
import { openSession, session } from "./session";
import { hasBack, startTelegram, tellReady } from "./telegram";
import { loadWords, preferWords, t } from "./words";
import { Booking } from "./screens/booking";
import { Bookings } from "./screens/bookings";
import { Day, readDay } from "./screens/day";
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
  const { data: person, error: unknown } = me.state.value;
  if (error) return <ClubsTrouble />;
  if (!data || (!person && !unknown)) return <Skeleton rows={8} />;
  if (person?.operator) return <Empty text={t("no_club")} act={t("set_up")} press={() => go("set-up")} />;
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

// first are the times of the day with which the page starts. The day is drawn once they are read: drawn before and after, it would take twice as long.
const first = signal<Resource<Starts> | null>(null);

function isFirstRead() {
  const { data, error } = first.value?.state.value ?? {};
  return !first.value || data !== undefined || error !== undefined;
}

function Page() {
  const open = session.value === "in" || (club.value !== undefined && (session.value === "starting" || session.value === "offline"));
  const home = route.value.name === "day";
  return (
    <>
      {offline.value && <p class="banner" role="status">{t("offline_banner")}</p>}
      {open && !hasBack() && !home && <button class="back" onClick={goBack}>‹ {t("back")}</button>}
      {!open ? <Gate /> : home && !isFirstRead() ? <main><Skeleton rows={8} /></main> : <Screen />}
      {open && home && <><HomeOffer /><Footer /></>}
      <Announcements />
    </>
  );
}

async function start() {
  options.debounceRendering = (draw) => setTimeout(draw); // requests are sent first, so that their answers travel while the screen is drawn
  startTelegram();
  startRouter();
  const opened = openSession();
  void clubs.load();
  effect(() => {
    if (session.value !== "in") return;
    if (clubs.state.peek().error) void clubs.load();
    void me.load();
  });
  if (route.value.name === "day") {
    const stop = effect(() => {
      if (!club.value) return;
      first.value = untracked(() => readDay(route.value.args));
      queueMicrotask(() => stop());
    });
  }
  await loadWords(launch.language);
  render(<Page />, document.getElementById("page")!);
  requestAnimationFrame(() => setTimeout(tellReady)); // a client shows the page then
  startHomeOffer();
  effect(() => void preferWords(me.state.value.data?.language ?? ""));
  addEventListener("online", () => { if (session.value === "offline") void openSession(); });
  await opened;
}

void start();
