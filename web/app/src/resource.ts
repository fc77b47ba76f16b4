// A resource is something that the server has: what was read last, since when, and why the last attempt failed.
import { signal, type Signal } from "@preact/signals";
import { offline, Problem } from "./send";
import { visible } from "./telegram";

export interface Shown<T> {
  data?: T;
  since: number; // when data was last known to be true, by this device's clock
  kept?: boolean; // data is from before this start of the page
  error?: Problem;
}

export interface Resource<T> {
  state: Signal<Shown<T>>;
  load: () => Promise<void>;
  reload: () => Promise<void>;
  set: (data: T) => void;
}

// isRefusal reports that the person may not read something any more, or that it is gone.
export const isRefusal = (p: Problem) => p.status === 403 || p.status === 404;

// resource loads data with read. read returns undefined if the data has not changed. Concurrent loads share one request. Call reload after an action: it waits
// for a running read, which may not show the action yet, and reads again. A refusal drops the data; other failures leave it.
export function resource<T>(read: (before: T | undefined) => Promise<T | undefined>, first?: T, since = 0): Resource<T> {
  const state = signal<Shown<T>>(first === undefined ? { since } : { data: first, since, kept: true });
  let loading: Promise<void> | null = null;
  const set = (data: T) => { state.value = { data, since: Date.now() }; };
  const load = () => loading ??= read(state.value.data)
    .then((data) => set(data ?? (state.value.data as T)))
    .catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      state.value = isRefusal(error) ? { since: 0, error } : { ...state.value, error };
    })
    .finally(() => { loading = null; });
  const reload = () => loading ? loading.then(load) : load();
  return { state, load, reload, set };
}

// loadUnlessNew loads a resource that was not read just now.
export function loadUnlessNew(r: Pick<Resource<unknown>, "state" | "load">) {
  if (Date.now() - r.state.peek().since > 1000) void r.load();
}

// poll loads a resource at an interval while the page is visible, and at once when it becomes visible or the network is back.
export function poll(r: { load: () => Promise<void> }, every: number): () => void {
  const timer = setInterval(() => { if (visible.value) void r.load(); }, every);
  let first = true;
  const stop = [visible, offline].map((s) => s.subscribe(() => {
    if (!first && visible.value && !offline.value) void r.load();
  }));
  first = false;
  return () => {
    clearInterval(timer);
    stop.forEach((s) => s());
  };
}
