// Settings: the page's language, and signing out.
import { useSignal } from "@preact/signals";
import { Choice, Heading, Trouble } from "../parts";
import { Problem } from "../send";
import { endSession } from "../session";
import { language, languages, loadWords, t } from "../words";

export function Settings() {
  const problem = useSignal<Problem | null>(null);
  const name = (tag: string) => new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  const end = (everywhere: boolean) => endSession(everywhere).catch((e: unknown) => {
    if (!(e instanceof Problem)) throw e;
    problem.value = e;
  });
  return (
    <main>
      <Heading>{t("settings")}</Heading>
      <section><h2>{t("language")}</h2><Choice name={t("language")} options={languages} value={language.value} label={name} choose={(tag) => void loadWords(tag, true)} /></section>
      <section>
        <h2>{t("sessions")}</h2>
        <p class="hint">{t("sessions_text")}</p>
        <div class="actions">
          <button class="quiet" onClick={() => void end(false)}>{t("sign_out")}</button>
          <button class="quiet danger" onClick={() => void end(true)}>{t("sign_out_everywhere")}</button>
        </div>
      </section>
      <Trouble problem={problem.value} />
    </main>
  );
}
