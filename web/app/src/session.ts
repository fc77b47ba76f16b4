// Signing in. The stored refresh token comes first, so that a reload does not spend what Telegram signed; then initData; then a button that the bot sends.
import { signal } from "@preact/signals";
import type { components } from "./schema";
import { device, isNewDevice, launch, proof } from "./boot";
import { Problem, problemOf, send } from "./send";
import { secure } from "./telegram";

type Tokens = components["schemas"]["TokensBody"];

// State of the session. stale: Telegram's data is too old or used. outside: there is none. failed: the server answered, but could not sign in.
export type SessionState = "starting" | "in" | "stale" | "outside" | "offline" | "refused" | "failed";

export const session = signal<SessionState>("starting");

let access: { token: string; until: number } | null = null;
let refreshing: Promise<string | null> | null = null;
let opening = Promise.resolve();
let mayHaveStored = !isNewDevice;

const stored = "session"; // {user, refresh}
const early = 20_000; // ms before the end of an access token in which it is renewed

interface Stored {
  user: number;
  refresh: string;
}

async function readStored(): Promise<Stored | null> {
  if (!mayHaveStored) return null; // clients may take long to say so
  try {
    const found = JSON.parse((await secure.get(stored)) ?? "null") as Partial<Stored> | null;
    return found?.refresh ? { user: found.user ?? 0, refresh: found.refresh } : null;
  } catch {
    return null;
  }
}

const post = (path: string, body: string) => send(new Request(`/api/v1/sessions${path}`, {
  method: "POST", body, headers: { "Content-Type": "application/json" },
}));

async function keep(answer: Response, user: number): Promise<void> {
  const tokens = (await answer.json()) as Tokens;
  access = { token: tokens.access_token, until: Date.now() + tokens.expires_in * 1000 };
  mayHaveStored = true;
  await secure.set(stored, JSON.stringify({ user, refresh: tokens.refresh_token }));
}

async function forget(): Promise<void> {
  access = null;
  await secure.set(stored, null);
}

// refresh exchanges the stored token. Pages of one browser take turns, because each token works once.
async function refresh(): Promise<boolean> {
  const turn = navigator.locks ? <T>(run: () => Promise<T>) => navigator.locks.request("session", run) as Promise<T> : <T>(run: () => Promise<T>) => run();
  return turn(async () => {
    const mine = await readStored();
    if (!mine) return false;
    const answer = await post("/refresh", JSON.stringify({ refresh_token: mine.refresh, client_id: device() }));
    if (answer.ok) {
      await keep(answer, mine.user);
      return true;
    }
    if (answer.status !== 401) throw await problemOf(answer);
    await forget();
    return false;
  });
}

// signIn opens a session with what Telegram passed, and with the code of a button that the bot sent.
async function signIn(): Promise<SessionState> {
  if (!launch.initData) return "outside";
  const answer = await post("", proof());
  if (answer.ok) {
    await keep(answer, launch.user);
    return "in";
  }
  const problem = await problemOf(answer);
  if (problem.code === "init-data-stale") return "stale";
  if (answer.status === 401) return "refused";
  throw problem;
}

// openSession signs in, and sets the state that the page shows.
export const openSession = () => opening = open();

async function open(): Promise<void> {
  session.value = "starting";
  try {
    const mine = await readStored();
    const another = mine !== null && launch.user !== 0 && mine.user !== launch.user;
    if (another) await endSession(); // somebody else's account in the same client
    session.value = (!another && (await refresh())) ? "in" : await signIn();
  } catch (e) {
    const refusal = e instanceof Problem;
    session.value = refusal && e.status === 0 ? "offline" : "failed";
    if (!refusal) throw e;
  }
}

const isOpen = () => session.value === "in";

// token returns an access token that works for a while, or null where there is no session. It waits until the session is open, and opens it again if the
// server could not be reached.
export async function token(renew = false): Promise<string | null> {
  if (session.value === "offline") void openSession();
  await opening;
  return isOpen() ? renewed(renew) : null;
}

// renewed returns the access token, which it refreshes if it is about to end. Calls at the same time share one refresh.
function renewed(renew = false): Promise<string | null> {
  if (!renew && access && access.until - Date.now() > early) return Promise.resolve(access.token);
  refreshing ??= refresh()
    .then((ok) => {
      if (!ok) session.value = launch.initData ? "stale" : "outside";
      return ok ? access!.token : null;
    })
    .finally(() => { refreshing = null; });
  return refreshing;
}

// askForButton has the bot send a fresh button. It returns the refusal, or null.
export async function askForButton(): Promise<Problem | null> {
  const answer = await post("/reopen", JSON.stringify({ init_data: launch.initData }));
  return answer.ok ? null : problemOf(answer);
}

// endSession signs this device out, or all devices. This device forgets its token even where the server cannot be reached. After a failure to sign out all
// devices it stays signed in, and the person can ask again.
export async function endSession(everywhere = false): Promise<void> {
  const leave = async () => {
    await forget();
    session.value = "outside";
  };
  try {
    const now = await renewed();
    if (now) {
      const path = everywhere ? "/api/v1/sessions" : "/api/v1/sessions/current";
      const answer = await send(new Request(path, { method: "DELETE", headers: { Authorization: `Bearer ${now}` } }));
      if (!answer.ok && answer.status !== 401) throw await problemOf(answer);
    }
  } catch (e) {
    if (!everywhere) await leave();
    throw e;
  }
  await leave();
}
