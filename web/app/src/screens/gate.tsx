// Gate: the screens before a session.
import { useSignal } from "@preact/signals";
import { launch } from "../boot";
import { Heading, Next, Skeleton, Trouble } from "../parts";
import type { Problem } from "../send";
import { askForButton, openSession, session, type SessionState } from "../session";
import { closePage } from "../telegram";
import { t, type Phrase } from "../words";

const texts: Record<Exclude<SessionState, "in" | "starting">, [Phrase, Phrase]> = {
  stale: ["gate_stale", "gate_stale_text"], outside: ["gate_outside", "gate_outside_text"],
  refused: ["gate_refused", "gate_refused_text"], offline: ["gate_offline", "offline"],
  failed: ["gate_failed", "failed"],
};

export function Gate() {
  const problem = useSignal<Problem | null>(null);
  const requested = useSignal(false);
  const busy = useSignal(false);
  const state = session.value;
  if (state === "starting" || state === "in") return <main><Skeleton rows={8} /></main>;
  const ask = async () => {
    busy.value = true;
    problem.value = await askForButton().catch((p: Problem) => p);
    requested.value = problem.value === null;
    busy.value = false;
  };
  const [title, text] = texts[state];
  return (
    <main class="gate">
      <svg viewBox="0 0 96 96" aria-hidden="true"><path d="M22 84V34m26 50V34m26 50V34M18 30h26m8 0h26" /><circle cx="48" cy="14" r="7" /></svg>
      <Heading>{t(title)}</Heading>
      <p>{t(requested.value ? "gate_requested" : text)}</p>
      <Trouble problem={problem.value} />
      <Next step={state === "offline" || state === "failed" ? { text: t("again"), press: () => void openSession() }
        : requested.value ? { text: t("to_chat"), press: closePage }
        : state === "stale" && launch.initData ? { text: t("send_button"), busy: busy.value, press: () => void ask() } : null} />
    </main>
  );
}
