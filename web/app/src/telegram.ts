// Telegram's side of the page: the client's theme and sizes, and its buttons. Outside of Telegram everything here does nothing.
import { launch, theme } from "./boot";
import { on, postEvent, supports, type Method } from "./bridge";
import { effect, signal } from "@preact/signals";

// inTelegram tells whether there is a client to talk to.
export const inTelegram = () => launch.version !== "";

const has = (method: Method) => inTelegram() && supports(method, launch.version);

// post calls a method where the client knows it.
const post = ((method: Method, params?: unknown) => {
  if (has(method)) (postEvent as (m: Method, p?: unknown) => void)(method, params);
}) as typeof postEvent;

function luminance(hex: string): number {
  const channel = (at: number) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const readable = 4.5;

// applyTheme takes over the client's colours, each pair only where its text can be read.
function applyTheme(params: Record<string, string | undefined>) {
  const root = document.documentElement;
  const color = (name: string) => (/^#[0-9a-f]{6}$/i.test(params[name] ?? "") ? params[name]! : "");
  const background = color("bg_color");
  if (!background) return;
  root.dataset["theme"] = luminance(background) < 0.4 ? "dark" : "light";
  const set = (name: string, value: string, on: string) => {
    if (value && contrast(value, on) >= readable) root.style.setProperty(name, value);
    else root.style.removeProperty(name);
  };
  const below = color("secondary_bg_color") || background;
  root.style.setProperty("--bg", background);
  root.style.setProperty("--below", below);
  set("--text", color("text_color"), background);
  set("--hint", color("hint_color"), below);
  set("--link", color("link_color"), background);
  const button = color("button_color");
  const buttonText = color("button_text_color");
  if (button && buttonText && contrast(button, buttonText) >= readable && contrast(button, background) >= readable) {
    root.style.setProperty("--accent", button);
    root.style.setProperty("--on-accent", buttonText);
  } else {
    root.style.removeProperty("--accent");
    root.style.removeProperty("--on-accent");
  }
}

if (theme) applyTheme(JSON.parse(theme) as Record<string, string>);

export const visible = signal(!document.hidden);

// startTelegram listens to the client, and asks it for its sizes.
export function startTelegram() {
  document.addEventListener("visibilitychange", () => { visible.value = !document.hidden; });
  if (!inTelegram()) return;
  on("theme_changed", (e) => applyTheme(e.theme_params as Record<string, string>));
  on("visibility_changed", (e) => { visible.value = e.is_visible; });
  on("viewport_changed", (e: { height: number; is_state_stable: boolean } | null) => { // macOS sends null
    if (e?.is_state_stable ?? true) document.documentElement.style.setProperty("--height", `${e?.height ?? innerHeight}px`);
  });
  const inset = (name: string) => (e: { top: number; bottom: number; left: number; right: number }) => {
    for (const side of ["top", "bottom", "left", "right"] as const) document.documentElement.style.setProperty(`--${name}-${side}`, `${e[side]}px`);
  };
  on("safe_area_changed", inset("safe"));
  on("content_safe_area_changed", inset("content"));
  on("main_button_pressed", () => main.value?.press());
  on("back_button_pressed", () => history.back());
  post("iframe_ready", { reload_supported: false });
  post("web_app_expand");
  post("web_app_request_viewport");
  post("web_app_request_safe_area");
  post("web_app_request_content_safe_area");
  post("web_app_setup_swipe_behavior", { allow_vertical_swipe: false }); // the grid is dragged
  effect(drawMain);
}

// Step is the one next step of a screen, which Telegram's main button shows.
export interface Step {
  text: string;
  busy?: boolean;
  disabled?: boolean;
  press: () => void;
}

export const main = signal<Step | null>(null);

function drawMain() {
  const step = main.value;
  post("web_app_setup_main_button", {
    is_visible: step !== null, is_active: step !== null && !step.disabled && !step.busy, is_progress_visible: step?.busy ?? false,
    ...(step ? { text: step.text } : {}),
  });
}

// tellReady has the client show the page.
export const tellReady = () => post("web_app_ready");

export const hasBack = () => has("web_app_setup_back_button");
export const showBack = (visible: boolean) => post("web_app_setup_back_button", { is_visible: visible });

// askBeforeClosing keeps a screen that has something to lose from being swiped away.
export const askBeforeClosing = (ask: boolean) => post("web_app_setup_closing_behavior", { need_confirmation: ask });

export const feel = {
  choice: () => post("web_app_trigger_haptic_feedback", { type: "selection_change" }),
  result: (type: "success" | "error" | "warning") => post("web_app_trigger_haptic_feedback", { type: "notification", notification_type: type }),
};

// openLink opens a page outside of Telegram. Links of other kinds, such as scripts, it ignores.
export function openLink(url: string) {
  if (!/^https?:/i.test(url)) return;
  if (has("web_app_open_link")) post("web_app_open_link", { url });
  else open(url, "_blank", "noopener");
}

// openInvoice opens the invoice of a link inside Telegram. How the person closed it is a hint only: clients also say failed or cancelled of a payment that
// was made.
export const canOpenInvoice = () => has("web_app_open_invoice");
export const openInvoice = (link: string) => post("web_app_open_invoice", { slug: slugOf(link) });
export const onInvoiceClosed = (heard: (slug: string, paid: boolean) => void) =>
  on("invoice_closed", (e) => heard(e.slug, e.status === "paid" || e.status === "pending"));

// slugOf is the name of an invoice in its link.
export const slugOf = (link: string) => link.replace(/^.*\/\$?/, "");

// share has the person send a prepared message into a chat (Bot API 8.0). It tells whether it was sent.
export const canShare = () => has("web_app_send_prepared_message");
export const share = (id: string) => new Promise<boolean>((resolve) => {
  const end = (sent: boolean) => () => {
    stop.forEach((s) => s());
    resolve(sent);
  };
  const stop = [on("prepared_message_sent", end(true)), on("prepared_message_failed", end(false))];
  post("web_app_send_prepared_message", { id });
});

// shareQuery has the person choose a chat, in which the bot is asked for a query.
export const canShareQuery = () => has("web_app_switch_inline_query");
export const shareQuery = (query: string) => post("web_app_switch_inline_query", { query: query.slice(0, 200), chat_types: ["users", "groups", "channels"] });

// askToWrite has the client ask the person whether the bot may write to them. No answer within a minute is a no.
export const canAskToWrite = () => has("web_app_request_write_access");
export const askToWrite = () => new Promise<boolean>((resolve) => {
  const stop = on("write_access_requested", (e) => {
    stop();
    resolve(e.status === "allowed");
  });
  setTimeout(resolve, 60_000, false);
  post("web_app_request_write_access");
});

// whenNotOnHomeScreen calls a function if the page can be put on the phone's home screen and is not there (Bot API 8.0).
export function whenNotOnHomeScreen(call: () => void) {
  on("home_screen_checked", (e) => { if (e.status === "missed") call(); });
  post("web_app_check_home_screen");
}

export const addToHomeScreen = () => post("web_app_add_to_home_screen");

// scan has the client read a QR code with the camera. It returns what the code says, or null where the person closed the scanner.
export const canScan = () => has("web_app_open_scan_qr_popup");
export const scan = (text: string) => new Promise<string | null>((resolve) => {
  const end = (data: string | null) => {
    stop.forEach((s) => s());
    resolve(data);
  };
  const stop = [
    on("qr_text_received", (e) => {
      post("web_app_close_scan_qr_popup");
      end(e.data ?? null);
    }),
    on("scan_qr_popup_closed", () => end(null)),
  ];
  post("web_app_open_scan_qr_popup", { text });
});

export const closePage = () => post("web_app_close");

let asked = 0;

// secure keeps a secret where the client can (Bot API 9.0, on phones), else in the browser's storage.
export const secure = {
  async get(key: string): Promise<string | null> {
    if (has("web_app_secure_storage_get_key")) {
      const found = await answer((req_id) => post("web_app_secure_storage_get_key", { req_id, key }), "secure_storage_key_received");
      if (found !== undefined) return found;
    }
    return localStorage.getItem(key);
  },
  async set(key: string, value: string | null): Promise<void> {
    if (has("web_app_secure_storage_save_key")) {
      const saved = await answer((req_id) => post("web_app_secure_storage_save_key", { req_id, key, value }), "secure_storage_key_saved");
      if (saved !== undefined) {
        localStorage.removeItem(key); // of the time when the client could not, or did not answer
        return;
      }
    }
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  },
};

const storageWithin = 800; // ms; a client that knows the method and never answers must not keep the page waiting

// answer waits for the event with the request's id. It returns undefined where the client cannot store, or does not answer.
function answer(ask: (id: string) => void, event: "secure_storage_key_received" | "secure_storage_key_saved"): Promise<string | null | undefined> {
  return new Promise((resolve) => {
    const id = `s${++asked}`;
    const done = (value: string | null | undefined) => {
      clearTimeout(timer);
      stop.forEach((s) => s());
      resolve(value);
    };
    const timer = setTimeout(() => done(undefined), storageWithin);
    const stop = [
      on(event, (e: { req_id: string; value?: string | null }) => { if (e.req_id === id) done(e.value ?? null); }),
      on("secure_storage_failed", (e: { req_id: string }) => { if (e.req_id === id) done(undefined); }),
    ];
    ask(id);
  });
}
