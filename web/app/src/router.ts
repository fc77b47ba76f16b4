// The screens have addresses in the fragment: #/day/2026-12-03, #/booking/12, #/bookings. Telegram's Back is the browser's.
import { signal } from "@preact/signals";
import { launch } from "./boot";
import { chooseClub } from "./club";
import { showBack } from "./telegram";

export interface Route {
  name: string;
  args: string[];
}

function parse(fragment: string): Route {
  const [name = "", ...args] = fragment.replace(/^#?\/?/, "").split("/").map(decodeURIComponent);
  return { name: name || "day", args };
}

export const route = signal<Route>(parse(location.hash));

// depth counts the entries of this page in the history, so that Back shows only where it stays on the page.
const depth = () => Number((history.state as { depth?: number } | null)?.depth ?? 0);

function changed() {
  route.value = parse(location.hash);
  showBack(depth() > 0);
}

export function go(path: string, replace = false) {
  const state = { depth: replace ? depth() : depth() + 1 };
  history[replace ? "replaceState" : "pushState"](state, "", `#/${path}`);
  changed();
}

// goBack leaves a screen: to the one before, or to the day where there is none.
export function goBack() {
  if (depth() > 0) history.back();
  else go("day", true);
}

// startRouter opens the screen that a link names. The link's author chose it, so it opens a screen and gives no right.
export function startRouter() {
  addEventListener("popstate", changed);
  const [, inClub, rest = ""] = /^(?:c(\d+)_)?(.*)$/.exec(launch.start) ?? [];
  if (inClub) chooseClub(Number(inClub));
  const [, kind, value] = /^([dbc])(\d+)$/.exec(rest) ?? [];
  const slot = /^n(\d+)_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)$/.exec(rest);
  if (kind === "d" && value?.length === 8) go(`day/${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}`, true);
  else if (kind === "b") go(`booking/${value}`, true);
  else if (kind === "c") chooseClub(Number(value));
  else if (/^f-?\d+_-?\d+_\d+$/.test(rest)) go(`file/${rest.slice(1).replace(/_/g, "/")}`, true);
  else if (rest === "m") go("bookings", true);
  else if (slot) go(`day/${slot[2]}-${slot[3]}-${slot[4]}/${slot[1]}/${slot[5]}${slot[6]}`, true);
  changed();
}
