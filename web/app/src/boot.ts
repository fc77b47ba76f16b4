// The first script of the page. It reads what Telegram passed, and sends the requests that need no other answer. The browser loads the other script meanwhile.
declare const LANGUAGE_FILES: Record<string, string>;

interface Launch {
  initData: string; // signed by Telegram; empty after a reload without it
  user: number; // from initData, for comparison only: the server decides who it is
  language: string;
  start: string;
  version: string;
  platform: string;
  writes: boolean; // the person lets the bot write to them
}

const remembered = "launch";

// theme are Telegram's colours at the start, as JSON.
export let theme = "";

function readLaunch(): Launch {
  const hash = new URLSearchParams(location.hash.replace(/^#/, ""));
  const query = new URLSearchParams(location.search);
  const known = JSON.parse(sessionStorage.getItem(remembered) ?? "{}") as Partial<Launch> & { theme?: string };
  const initData = hash.get("tgWebAppData") ?? "";
  const version = hash.get("tgWebAppVersion") ?? (initData ? "6.0" : known.version ?? ""); // clients say their version since 6.1
  const platform = hash.get("tgWebAppPlatform") ?? known.platform ?? "";
  theme = hash.get("tgWebAppThemeParams") ?? known.theme ?? "";
  let user = { id: 0, language_code: "", allows_write_to_pm: false };
  try {
    user = { ...user, ...(JSON.parse(new URLSearchParams(initData).get("user") ?? "{}") as object) };
  } catch {
    // data without a readable person is refused by the server
  }
  const writes = user.allows_write_to_pm || (!initData && !!known.writes);
  const language = user.language_code || known.language || navigator.language;
  const start = hash.get("tgWebAppStartParam") ?? query.get("startapp") ?? query.get("tgWebAppStartParam") ?? "";
  if (initData || hash.has("tgWebAppVersion")) {
    sessionStorage.setItem(remembered, JSON.stringify({ version, platform, language, theme, writes }));
    // What Telegram signed must not stay in the address, where errors, histories and screenshots find it.
    history.replaceState(null, "", location.pathname);
  }
  return { initData, user: user.id, language, start, version, platform, writes };
}

export const launch = readLaunch();

// isNewDevice tells that this browser never signed in. Only the device that signed in can refresh, so no stored token would work here.
export const isNewDevice = !localStorage.getItem("device");

// device names this device.
export function device(): string {
  let id = localStorage.getItem("device");
  if (!id) localStorage.setItem("device", id = crypto.randomUUID());
  return id;
}

// proof is the body of a request to sign in. It has what Telegram passed. If a button of the bot opened the page, it also has the button's code.
export function proof(): string {
  const code = /^pvo[A-Z2-7]+$/.test(launch.start) ? { code: launch.start } : {};
  return JSON.stringify({ init_data: launch.initData, client_id: device(), ...code });
}

export const chosenLanguage = "language";

// languageOf is the language of the page: the one that the person chose here, or a preferred one.
export function languageOf(preferred: string, choose = false): string {
  const wish = (choose ? preferred : localStorage.getItem(chosenLanguage) ?? preferred).split(/[-_]/)[0]!;
  return wish in LANGUAGE_FILES ? wish : "en";
}

const asked = new Map<string, Promise<Response>>();

export const within = 12_000; // ms for one attempt of a request: longer than the server works for it

function ask(method: string, path: string, body?: string) {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), within);
  const headers: Record<string, string> = { "Accept-Language": languageOf(launch.language) };
  if (body) headers["Content-Type"] = "application/json";
  const answer = fetch(path, { method, headers, body: body ?? null, signal: limit.signal });
  answer.catch(() => undefined); // whoever takes the answer hears of it
  asked.set(`${method} ${new URL(path, location.href).pathname}`, answer);
}

// takeAsked returns the answer of a request that was asked for at the start, once.
export function takeAsked(method: string, url: string): Promise<Response> | undefined {
  const name = `${method} ${new URL(url, location.href).pathname}`;
  const answer = asked.get(name);
  asked.delete(name);
  return answer;
}

ask("GET", LANGUAGE_FILES[languageOf(launch.language)]!);
if (isNewDevice && launch.initData) ask("POST", "/api/v1/sessions", proof());
ask("GET", "/api/v1/clubs");
