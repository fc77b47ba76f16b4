// Screens that are rarely opened are files of their own. The page loads a file when its screen is first opened.
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { Skeleton } from "./parts";
import { offline } from "./send";
import { loadStaffWords, t } from "./words";

// lazilyForStaff loads a screen with the phrases that only the staff's screens have.
export const lazilyForStaff = <P extends object>(load: () => Promise<ComponentType<P>>) =>
  lazily(() => Promise.all([load(), loadStaffWords()]).then(([screen]) => screen));

export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const loaded = signal<{ screen?: ComponentType<P>; failed?: boolean }>({});
  const ask = () => {
    loaded.value = {};
    load().then((screen) => { loaded.value = { screen }; }, () => { loaded.value = { failed: true }; });
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
