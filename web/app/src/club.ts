// What the screens show of the club: read once, kept on the device, and read again while it is looked at.
import { computed, effect, signal } from "@preact/signals";
import { api, done, type Booking, type Club, type Me, type Net, type SheetBooking, type Starts, type Wait } from "./api";
import { launch } from "./boot";
import { isRefusal, resource, type Resource } from "./resource";
import { serverNow } from "./send";
import { session } from "./session";
import { askToWrite, canAskToWrite, visible } from "./telegram";
import { dateIn } from "./words";

const keptBy = "kept by"; // whose data the device keeps

// readKept is what the device keeps under a name.
function readKept<T>(name: string): { data: T; since: number } | null {
  try {
    return JSON.parse(localStorage.getItem(`kept ${name}`) ?? "null") as { data: T; since: number } | null;
  } catch {
    return null;
  }
}

const dropKept = (name: string) => localStorage.removeItem(`kept ${name}`);

// kept is a resource whose last data stays on the device, so that it can be read without a network. A refusal of the server drops it. Several resources may
// share a name. Each starts with the stored data if isMine accepts it. Data that isKept does not accept is not stored.
export function kept<T>(
  name: string, read: (before: T | undefined) => Promise<T | undefined>, isMine: (data: T) => boolean = () => true, isKept: (data: T) => boolean = () => true,
): Resource<T> {
  const last = readKept<T>(name);
  const before = last && isMine(last.data) ? last : null;
  const r = resource(read, before?.data, before?.since);
  let stored = before?.since ?? 0;
  r.state.subscribe(({ data, since, error }) => {
    if (data !== undefined && since !== stored && isKept(data)) localStorage.setItem(`kept ${name}`, JSON.stringify({ data, since }));
    stored = since;
    if (error && isRefusal(error)) dropKept(name);
  });
  return r;
}

// clearKept removes what the device keeps of a person.
export function clearKept() {
  for (const name of Object.keys(localStorage)) if (name.startsWith("kept ")) localStorage.removeItem(name);
}

if (launch.user && localStorage.getItem(keptBy) !== String(launch.user)) {
  clearKept();
  localStorage.setItem(keptBy, String(launch.user));
}
session.subscribe((state) => { if (state === "outside" || state === "refused") clearKept(); });

export const clubs = kept<Club[]>("clubs", async () => (await done(api.GET("/api/v1/clubs"))).items ?? []);

export const me = kept<Me>("me", () => done(api.GET("/api/v1/me")));

const answered = "kept writes"; // the person's answer whether the bot may write to them
const answer = signal(localStorage.getItem(answered));
const mayWrite = () => launch.writes || me.state.value.data?.may_write;

// isSilent tells that the person was asked on this device and did not let the bot write to them.
export const isSilent = computed(() => answer.value === "no" && !mayWrite());

visible.subscribe(() => { if (isSilent.value && session.value === "in") void me.reload(); }); // they may have pressed Start in the bot's chat

// isToBeAsked tells that the person was not asked yet whether the bot may write to them.
export const isToBeAsked = () => !mayWrite() && !answer.value && canAskToWrite();

// askForWrites asks the person whether the bot may write to them.
export async function askForWrites(): Promise<boolean> {
  const may = await askToWrite();
  localStorage.setItem(answered, answer.value = may ? "yes" : "no");
  return may;
}

const chosen = signal(Number(localStorage.getItem("club") ?? 0));

// club is the one that the page shows: the chosen one, or the first.
export const club = computed<Club | undefined>(() => {
  const all = clubs.state.value.data ?? [];
  return all.find((c) => c.id === chosen.value) ?? all[0];
});

const roleIn = (id: number | undefined) => me.state.value.data?.roles?.find((r) => r.club === id)?.role ?? "";
const isStaffIn = (id: number | undefined) => ["staff", "admin"].includes(roleIn(id));

// isStaff tells which screens to offer. The server checks the role at each request.
export const isStaff = computed(() => isStaffIn(club.value?.id));

export const isAdmin = computed(() => me.state.value.data?.operator || roleIn(club.value?.id) === "admin");

export function chooseClub(id: number) {
  localStorage.setItem("club", String(id));
  chosen.value = id;
}

const todayIn = (zone: string) => dateIn(new Date(serverNow()), zone);

// DaySheet is the staff's sheet of a day.
export interface DaySheet {
  day: string;
  list: SheetBooking[];
}

// sheetName is the name under which the device keeps the last sheet of a club.
export const sheetName = (id: number) => `desk ${id}`;

// dropSheets removes the kept sheets of past days, and those of clubs in which the person is not staff any more.
function dropSheets() {
  const person = me.state.value.data;
  for (const c of clubs.state.value.data ?? []) {
    const last = readKept<DaySheet>(sheetName(c.id));
    const past = last && last.data.day < todayIn(c.time_zone);
    if (past || (person && !person.operator && !isStaffIn(c.id))) dropKept(sheetName(c.id));
  }
}

effect(dropSheets);

const at = () => ({ club: club.value!.id });

const perClub = <T>(make: (id: number) => Resource<T>) => {
  const made = new Map<number, Resource<T>>();
  return computed(() => {
    const id = club.value?.id ?? 0;
    if (!made.has(id)) made.set(id, make(id));
    return made.get(id)!;
  });
};

export const nets = perClub((id) => kept<Net[]>(`nets ${id}`, async () => {
  const answer = await done(api.GET("/api/v1/clubs/{club}/nets", { params: { path: { club: id } } }));
  return answer.items ?? [];
}));

const pastDays = 60;

// mine are the person's bookings of the last weeks and of all days ahead.
export const mine = perClub((id) => kept<Booking[]>(`mine ${id}`, async () => {
  const from = new Date(serverNow() - pastDays * 86_400_000).toISOString().slice(0, 10);
  return (await done(api.GET("/api/v1/clubs/{club}/bookings", { params: { path: { club: id }, query: { from, limit: 200 } } }))).items ?? [];
}));

export const waits = perClub((id) => kept<Wait[]>(`waits ${id}`, async () => {
  const answer = await done(api.GET("/api/v1/clubs/{club}/waitlist", { params: { path: { club: id } } }));
  return answer.items ?? [];
}));

export const isLive = (b: Booking) => b.state === "confirmed" || b.state === "checked_in" || isHeld(b);
export const isHeld = (b: Booking) => b.state === "held" && !!b.expires_at && Date.parse(b.expires_at) > serverNow();

export const today = () => todayIn(club.value!.time_zone);

const days = new Map<string, Resource<Starts>>();
let shownDay: Resource<Starts> | null = null;

// startsOf are the starts of one day, priced for one length. While nothing changes the server answers 304.
export function startsOf(day: string, minutes: number): Resource<Starts> {
  const name = `day ${club.value!.id}`;
  const key = `${name} ${day} ${minutes}`;
  let r = days.get(key);
  if (!r) {
    let tag = "";
    const path = at();
    r = kept<Starts>(name, async (before) => {
      const answer = await api.GET("/api/v1/clubs/{club}/starts", {
        params: { path, query: { day, minutes }, ...(before && tag ? { header: { "If-None-Match": tag } } : {}) },
      });
      if (answer.response.status === 304) return undefined;
      const data = await done(Promise.resolve(answer));
      tag = answer.response.headers.get("ETag") ?? "";
      return data;
    }, (last) => last.day === day && last.minutes === minutes);
    days.set(key, r);
  }
  return shownDay = r;
}

// reload reads again what an action of the person may have changed on the screens. Other days are read when they are opened.
export function reload() {
  void mine.value.reload();
  void shownDay?.reload();
}

// lengths are the lengths of bookings on the club's grid, at most three hours.
export function lengths(): number[] {
  const { grid_minutes: grid, min_minutes: min, max_minutes: max } = club.value!;
  const all: number[] = [];
  for (let m = Math.ceil(min / grid) * grid; m <= Math.min(max, 180); m += grid) all.push(m);
  return all;
}

export const allNets = () => nets.value.state.value.data ?? [];
export const netName = (id: number) => allNets().find((n) => n.id === id)?.name ?? `${id}`;
export const netNames = (ids: number[] | null | undefined) => (ids ?? []).map(netName).join(" + ");
