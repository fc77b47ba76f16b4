// Parts that several screens are made of.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { signal, useSignal, type Signal } from "@preact/signals";
import { allNets, club, clubs, netName } from "./club";
import { offline, Problem, serverNow } from "./send";
import { askBeforeClosing, feel, inTelegram, main, type Step } from "./telegram";
import { clock, dateIn, known, money, shortDay, t, wallClock } from "./words";
import type { Resource, Shown } from "./resource";
import type { Schemas } from "./api";

// Next shows the one next step: on Telegram's main button, or on a button of the page where there is no Telegram.
export function Next({ step }: { step: Step | null }) {
  useLayoutEffect(() => { main.value = step; }); // after each render and before the next event, so that a press runs the step of the last render
  useLayoutEffect(() => () => { main.value = null; }, []);
  if (!step || inTelegram()) return null;
  return <button class="next" disabled={step.disabled || step.busy} aria-busy={step.busy} onClick={step.press}>{step.text}</button>;
}

const said = signal("");

// announce has screen readers say something.
export const announce = (text: string) => { said.value = text; };

export const Announcements = () => <p class="unseen" role="status" aria-live="polite">{said.value}</p>;

// Heading takes the focus when its screen opens, so that the keyboard and screen readers begin there.
export function Heading({ children, below }: { children: ComponentChildren; below?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <header class="heading">
      <h1 ref={heading} tabIndex={-1}>{children}</h1>
      {below && <p class="below">{below}</p>}
    </header>
  );
}

// sentence says what went wrong. The server writes its sentences in the person's language.
export function sentence(p: Problem): string {
  if (p.status === 0) return t("offline");
  const own = `problem_${p.code.replaceAll("-", "_")}`;
  return known(own) ? t(own) : p.message || t("failed");
}

export function Trouble({ problem, again }: { problem: Problem | null | undefined; again?: () => void }) {
  if (!problem) return null;
  return (
    <div class="notice bad" role="alert">
      <p>{sentence(problem)}</p>
      {again && <button class="quiet" onClick={again}>{t("again")}</button>}
    </div>
  );
}

// useIsLeft tells whether the person has left the screen, for actions that wait.
export function useIsLeft() {
  const isLeft = useRef(false);
  useEffect(() => {
    isLeft.current = false;
    return () => { isLeft.current = true; };
  }, []);
  return isLeft;
}

// useAskBeforeClosing has the client ask before it closes the page, while the screen has something to lose.
export function useAskBeforeClosing(ask: boolean) {
  useEffect(() => {
    askBeforeClosing(ask);
    return () => askBeforeClosing(false);
  }, [ask]);
}

// useAct runs the actions of a screen. busy is the name of the action that runs. problem is the failure of the last one, which a screen with a place for it
// passes as shown. after runs when an action has ended.
export function useAct(after?: () => Promise<void>, shown?: Signal<Problem | null>) {
  const busy = useSignal("");
  const own = useSignal<Problem | null>(null);
  const problem = shown ?? own;
  const act = async (run: () => Promise<unknown>, name = "act"): Promise<boolean> => {
    busy.value = name;
    problem.value = null;
    try {
      await run();
      feel.result("success");
      return true;
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      feel.result("error");
      problem.value = e;
      return false;
    } finally {
      await after?.();
      busy.value = "";
    }
  };
  return { act, busy: busy.value, problem: problem.value };
}

// Sure asks once more before an action that cannot be taken back.
export function Sure({ text, yes, no, busy, press, close }: { text: string; yes: string; no: string; busy: boolean; press: () => void; close: () => void }) {
  return (
    <div class="notice" role="alertdialog" aria-label={text}>
      <p>{text}</p>
      <div class="actions">
        <button class="quiet danger" disabled={busy} onClick={press}>{yes}</button>
        <button class="quiet" onClick={close}>{no}</button>
      </div>
    </div>
  );
}

// Age tells from when the shown data is, if it is not from now. Until the first answer comes it lies over the screen, so that nothing moves then.
export function Age({ of }: { of: Shown<unknown> }) {
  const fails = of.error || offline.value;
  if (of.data === undefined || !of.since || (!fails && !of.kept)) return null;
  const zone = club.value?.time_zone ?? "UTC";
  const at = new Date(of.since);
  const when = dateIn(at, zone) === dateIn(new Date(serverNow()), zone) ? clock(at, zone) : `${shortDay(at, zone)}, ${clock(at, zone)}`;
  if (!fails) return <p class="age" role="status">{t("as_of", when)}</p>;
  return <p class="notice" role="status">{t(offline.value ? "stale_offline" : "stale", when)}</p>;
}

export const Skeleton = ({ rows }: { rows: number }) => (
  <div class="skeleton" aria-busy="true" role="status">
    <span class="unseen">{t("loading")}</span>
    {Array.from({ length: rows }, (_, i) => <i key={i} />)}
  </div>
);

// Waiting stands where something is not read yet, or could not be read.
export function Waiting({ of, rows }: { of: Pick<Resource<unknown>, "state" | "load">; rows: number }) {
  const { data, error } = of.state.value;
  if (data !== undefined) return null;
  return error ? <Trouble problem={error} again={() => void of.load()} /> : <Skeleton rows={rows} />;
}

export function Empty({ text, act, press }: { text: string; act?: string; press?: () => void }) {
  return (
    <div class="empty">
      <svg viewBox="0 0 48 48" aria-hidden="true"><path d="M10 40V14m14 26V14m14 26V14M8 12h32" /><circle cx="24" cy="6" r="3" /></svg>
      <p>{text}</p>
      {act && <button class="quiet" onClick={press}>{act}</button>}
    </div>
  );
}

// ZoneNote is a word where the device's clock differs from the club's.
export function ZoneNote() {
  const zone = club.value?.time_zone;
  if (!zone) return null;
  const now = new Date(serverNow());
  if (wallClock(now, zone) === now.toTimeString().slice(0, 5)) return null;
  return <span class="zone">{t("club_time", clock(now, zone))}</span>;
}

// span writes a time: Thu 3 Dec, 18:00–19:00.
export function span(start: string, end: string, zone: string): string {
  return `${shortDay(new Date(start), zone)}, ${hours(start, end, zone)}`;
}

export const hours = (start: string, end: string, zone: string) => `${clock(new Date(start), zone)}–${clock(new Date(end), zone)}`;

// Price lists the lines of a price and their sum.
export function Price({ lines, total }: { lines: Schemas["LineBody"][] | null | undefined; total: Schemas["MoneyBody"] }) {
  const zone = club.value!.time_zone;
  return (
    <dl class="price">
      {(lines ?? []).map((l, i) => (
        <div key={i}>
          <dt>{l.label} <small>{hours(l.start, l.end, zone)}</small></dt>
          <dd>{money(l.amount.minor, l.amount.currency)}</dd>
        </div>
      ))}
      <div class="total"><dt>{t("total")}</dt><dd>{money(total.minor, total.currency)}</dd></div>
    </dl>
  );
}

// Policy says what cancelling costs, in words.
export function Policy({ start }: { start: string }) {
  const c = club.value!;
  const until = new Date(Date.parse(start) - c.cancel_free_hours * 3_600_000);
  if (c.cancel_fee_percent === 0) return <p class="policy">{t("cancel_free")}</p>;
  const when = `${shortDay(until, c.time_zone)} ${clock(until, c.time_zone)}`;
  if (until.getTime() > serverNow()) return <p class="policy">{t("cancel_until", when, c.cancel_fee_percent)}</p>;
  return <p class="policy">{t("cancel_late", c.cancel_fee_percent)}</p>;
}

export const ClubsTrouble = () => <Trouble problem={clubs.state.value.error} again={() => void clubs.load()} />;

// toggled is a list with an item added, or removed if it was there.
export const toggled = (list: number[], id: number) => (list.includes(id) ? list.filter((x) => x !== id) : [...list, id]);

// Several is a row of nets of which any number is chosen. all is the name of a button for none in particular.
export function Several({ name, options, chosen, choose, all }: {
  name: string; options: number[]; chosen: number[]; choose: (ids: number[]) => void; all?: string;
}) {
  return (
    <div class="choice" role="group" aria-label={name}>
      {all && <button aria-pressed={chosen.length === 0} onClick={() => choose([])}>{all}</button>}
      {options.map((id) => <button key={id} aria-pressed={chosen.includes(id)} onClick={() => choose(toggled(chosen, id))}>{netName(id)}</button>)}
    </div>
  );
}

// Choice is a row of which one is chosen.
export function Choice<T extends string | number>({ name, options, value, label, choose, disabled }: {
  name: string; options: T[]; value: T; label: (o: T) => string; choose: (o: T) => void; disabled?: (o: T) => boolean;
}) {
  return (
    <div class="choice" role="group" aria-label={name}>
      {options.map((o) => (
        <button key={o} aria-pressed={o === value} disabled={disabled?.(o)} onClick={() => choose(o)}>{label(o)}</button>
      ))}
    </div>
  );
}

// NetChoice chooses one net, or 0 for all.
export const NetChoice = ({ value, choose }: { value: number; choose: (id: number) => void }) => (
  <Choice name={t("nets")} options={[0, ...allNets().map((n) => n.id)]} value={value} label={(id) => (id ? netName(id) : t("all_nets"))} choose={choose} />
);

// saveFile downloads a file that the page has read.
export function saveFile(file: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
