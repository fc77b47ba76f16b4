// Screens of later.ts, which is loaded when one of them is first opened.
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { Skeleton } from "./parts";
import { offline } from "./send";
import { loadStaffWords, t } from "./words";

type FromLater<P> = (later: typeof import("./later")) => ComponentType<P>;

// lazilyForStaff loads a screen with the phrases that only the staff's screens have.
export const lazilyForStaff = <P extends object>(pick: FromLater<P>) => lazily(pick, loadStaffWords);

export function lazily<P extends object>(pick: FromLater<P>, words = () => Promise.resolve()): ComponentType<P> {
  const loaded = signal<{ screen?: ComponentType<P>; failed?: boolean }>({});
  const ask = () => {
    loaded.value = {};
    Promise.all([import("./later"), words()]).then(([later]) => { loaded.value = { screen: pick(later) }; }, () => { loaded.value = { failed: true }; });
  };
  return function Lazy(props: P) {
    const { screen: Loaded, failed } = loaded.value;
    useEffect(() => { if (!Loaded) ask(); }, []);
    if (Loaded) return <Loaded {...props} />;
    return <main>{failed ? <Missing /> : <Skeleton rows={6} />}</main>;
  };
}

// Missing replaces a screen whose file was not loaded. A browser may remember the failure, and a newer page has files of other names, so the whole page
// is loaded again.
const Missing = () => (
  <div class="notice bad" role="alert">
    <p>{t(offline.value ? "offline" : "screen_missing")}</p>
    <button class="quiet" disabled={offline.value} onClick={() => location.reload()}>{t("reload")}</button>
  </div>
);
