// Screens that few people open, or seldom, are files of their own, loaded when they are opened first.
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { Skeleton, Trouble } from "./parts";
import { Problem } from "./send";

export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const loaded = signal<{ screen?: ComponentType<P>; problem?: Problem }>({});
  const ask = () => {
    loaded.value = {};
    load().then((screen) => { loaded.value = { screen }; }, () => { loaded.value = { problem: new Problem(0, {}) }; });
  };
  return function Lazy(props: P) {
    const { screen: Loaded, problem } = loaded.value;
    useEffect(() => { if (!Loaded) ask(); }, []);
    if (Loaded) return <Loaded {...props} />;
    return <main>{problem ? <Trouble problem={problem} again={ask} /> : <Skeleton rows={6} />}</main>;
  };
}
