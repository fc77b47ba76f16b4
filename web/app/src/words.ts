// The page's words in the person's language, and money, days and times as that language writes them.
import { signal } from "@preact/signals";
import { chosenLanguage, languageOf, takeAsked } from "./boot";
import type english from "./phrases/en.json";
import type staffEnglish from "./phrases/staff-en.json";

declare const LANGUAGE_FILES: Record<string, string>;
declare const STAFF_FILES: Record<string, string>; // phrases of the screens that only the staff open

type Phrases = typeof english & typeof staffEnglish;
export type Phrase = keyof Phrases;
type Forms = { [form: string]: string };

export const language = signal("en");
const phrases = signal<Phrases | null>(null);

export const languages = Object.keys(LANGUAGE_FILES);

let staffReads = false;

// readPhrases reads the phrases of a language: those of all screens, and of the staff's once such a screen was opened.
async function readPhrases(tag: string): Promise<Phrases> {
  const files = staffReads ? [LANGUAGE_FILES[tag]!, STAFF_FILES[tag]!] : [LANGUAGE_FILES[tag]!];
  const all = await Promise.all(files.map(async (file) => {
    const answer = await (takeAsked("GET", file) ?? fetch(file));
    if (!answer.ok) throw new TypeError(`phrases: ${answer.status}`);
    return (await answer.json()) as object;
  }));
  return Object.assign({}, ...all) as Phrases;
}

// loadStaffWords adds the phrases of the staff's screens.
export async function loadStaffWords(): Promise<void> {
  if (staffReads) return;
  staffReads = true;
  const tag = language.value;
  try {
    const read = await readPhrases(tag);
    if (tag === language.value) phrases.value = read; // else the other language was read with them
  } catch (e) {
    staffReads = false;
    throw e;
  }
}

// loadWords reads the phrases of the language that the person chose, or that Telegram names.
export async function loadWords(preferred: string, choose = false): Promise<void> {
  const tag = languageOf(preferred, choose);
  phrases.value = await readPhrases(tag);
  language.value = tag;
  document.documentElement.lang = tag;
  document.title = t("title");
  if (choose) localStorage.setItem(chosenLanguage, tag);
}

// preferWords takes the language in which the bot speaks to the person, unless they chose another one here.
export async function preferWords(tag: string): Promise<void> {
  if (tag in LANGUAGE_FILES && tag !== language.value && !localStorage.getItem(chosenLanguage)) await loadWords(tag);
}

type Format = Intl.DateTimeFormat | Intl.NumberFormat | Intl.PluralRules;

const formats = new Map<string, Format>();

// format makes a format once. To make one takes longer than a hundred uses, and a day has hundreds of cells.
function format<F extends Format, O extends object>(kind: new (tag: string, options?: O) => F, tag: string, options?: O): F {
  const key = kind.name + tag + JSON.stringify(options);
  let f = formats.get(key);
  if (!f) formats.set(key, f = new kind(tag, options));
  return f as F;
}

const number = (tag: string, options?: Intl.NumberFormatOptions) => format(Intl.NumberFormat, tag, options);
const date = (tag: string, options: Intl.DateTimeFormatOptions) => format(Intl.DateTimeFormat, tag, options);

// t says a phrase. A phrase with plural forms takes its number first.
export function t(key: Phrase, ...args: (string | number)[]): string {
  const entry = (phrases.value as Record<string, string | Forms> | null)?.[key] ?? key;
  let text = entry as string;
  if (typeof entry !== "string") {
    const n = Number(args[0]);
    text = entry[`=${n}`] ?? entry[format(Intl.PluralRules, language.value).select(n)] ?? entry["other"]!;
  }
  return text.replace(/%\[(\d)\][a-z]/g, (_, i: string) => {
    const arg = args[Number(i) - 1]!;
    if (Number.isInteger(arg) && Math.abs(arg as number) < 1000) return String(arg);
    return typeof arg === "number" ? number(language.value).format(arg) : arg;
  });
}

// known tells whether there is a phrase, for keys that are made of the server's words.
export const known = (key: string): key is Phrase => phrases.value !== null && key in phrases.value;

export const percent = (part: number) => number(language.value, { style: "percent" }).format(part);

const decimals = new Map<string, number>();

// decimalsOf is the number of decimals of a currency.
export function decimalsOf(currency: string): number {
  if (!decimals.has(currency)) decimals.set(currency, number("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2);
  return decimals.get(currency)!;
}

// amountOf reads a decimal in the smallest unit of a currency.
export const amountOf = (text: string, currency: string) => Math.round(Number(text) * 10 ** decimalsOf(currency));

export function money(minor: number, currency: string): string {
  if (currency === "XTR") return t("stars", minor);
  const locale = currency === "INR" ? `${language.value}-IN` : language.value;
  const digits = decimalsOf(currency);
  const whole = minor % 10 ** digits === 0;
  return number(locale, {
    style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: whole ? 0 : digits, maximumFractionDigits: whole ? 0 : digits,
  }).format(minor / 10 ** digits);
}

const written = (at: Date, zone: string, options: Intl.DateTimeFormatOptions) =>
  date(language.value === "en" ? "en-GB" : language.value, { timeZone: zone, ...options }).format(at);

// inZone writes an instant as 2026-12-03 18:00 by the clock of a zone. One format serves all that has no words: to make one takes some milliseconds.
export const inZone = (at: Date, zone: string) => date("sv-SE", {
  timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
}).format(at);

// wallClock is the time that a zone's clock shows: 01:30.
export const wallClock = (at: Date, zone: string) => inZone(at, zone).slice(11);

// clock is wallClock with the offset if the clock shows that time twice because it is set back: 01:30 GMT+1.
export function clock(at: Date, zone: string): string {
  const shown = inZone(at, zone);
  const twice = [-60, -30, 30, 60].some((m) => inZone(new Date(at.getTime() + m * 60_000), zone) === shown);
  return shown.slice(11) + (twice ? written(at, zone, { timeZoneName: "shortOffset" }).replace(/.*(?=GMT)/, " ") : "");
}

export const longDay = (at: Date, zone: string) => written(at, zone, { weekday: "long", day: "numeric", month: "long" });
export const shortDay = (at: Date, zone: string) => written(at, zone, { weekday: "short", day: "numeric", month: "short" });
export const weekday = (at: Date, zone: string, form: "short" | "long" = "short") => written(at, zone, { weekday: form });
export const dayOfMonth = (at: Date, zone: string) => written(at, zone, { day: "numeric" });
export const month = (at: Date, zone: string) => written(at, zone, { month: "short" });

// hourIn is the hour of an instant on a zone's clock.
export const hourIn = (at: Date, zone: string) => Number(inZone(at, zone).slice(11, 13));

// dateIn is the date of an instant by a zone's calendar: 2026-12-03.
export const dateIn = (at: Date, zone: string) => inZone(at, zone).slice(0, 10);

// noonOf is an instant of a date that has this date in every zone that clubs are in.
export const noonOf = (day: string) => new Date(`${day}T12:00:00Z`);

// addDays is the date some days later.
export const addDays = (day: string, n: number) => new Date(noonOf(day).getTime() + n * 86_400_000).toISOString().slice(0, 10);

// dayName writes a date, whatever the zone.
export const dayName = (day: string) => longDay(noonOf(day), "UTC");

// fileSize writes bytes in the largest unit that is not more than them.
export function fileSize(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const i = Math.min(units.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)));
  const style = { style: "unit", unit: units[i]!, unitDisplay: "short", maximumFractionDigits: i > 1 ? 1 : 0 } as const;
  return number(language.value, style).format(bytes / 1000 ** i);
}

export function length(minutes: number): string {
  const h = Math.floor(minutes / 60);
  const m = minutes % 60;
  return [h ? t("hours", h) : "", m || !h ? t("minutes", m) : ""].filter(Boolean).join(" ");
}
