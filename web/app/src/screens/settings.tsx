// Settings: the page's language, how the club notifies, calendars, where one's data is, and signing out.
import { useEffect, useState } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type NotificationSettings } from "../api";
import { Age, Choice, Heading, Trouble, useAct, Waiting } from "../parts";
import { resource } from "../resource";
import { go } from "../router";
import { Problem } from "../send";
import { endSession } from "../session";
import { known, language, languages, loadWords, t } from "../words";
import { Time } from "./time";

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
      <section>
        <h2>{t("language")}</h2>
        <Choice name={t("language")} options={languages} value={language.value} label={name} choose={(tag) => void loadWords(tag, true)} />
      </section>
      <Notifications />
      <section>
        <h2>{t("calendars")}</h2>
        <p class="hint">{t("calendar_how")}</p>
        <div class="actions"><button class="quiet" onClick={() => go("calendar")}>{t("calendars")}</button></div>
      </section>
      <section>
        <h2>{t("my_data")}</h2>
        <p class="hint">{t("my_data_how")}</p>
      </section>
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

const settings = resource<NotificationSettings>(() => done(api.GET("/api/v1/me/notifications")));

const channelName = (by: string) => {
  const key = `by_${by}`;
  return known(key) ? t(key) : by;
};

const night = { from: 22 * 60, to: 7 * 60 };

function Notifications() {
  const { act, busy, problem } = useAct(settings.reload);
  useEffect(() => { void settings.load(); }, []);
  const shown = settings.state.value;
  const s = shown.data;
  const save = (next: Pick<NotificationSettings, "channels" | "quiet">) => act(() => done(api.POST("/api/v1/me/notifications", {
    params: { header: { "Idempotency-Key": newKey } },
    body: { channels: next.channels as ("telegram" | "email" | "sms")[], ...(next.quiet ? { quiet: next.quiet } : {}) },
  })));
  const channels = s?.channels ?? [];
  const setQuiet = (quiet: { from: number; to: number } | undefined) => void save({ channels, ...(quiet ? { quiet } : {}) });
  return (
    <section>
      <h2>{t("notifications")}</h2>
      <Age of={shown} />
      <Waiting of={settings} rows={2} />
      {s && channels.length > 1 && (
        <>
          <p class="hint">{t("first_channel")}</p>
          <Choice name={t("notifications")} options={channels.slice().sort()} value={channels[0]!} label={channelName} disabled={() => !!busy}
            choose={(by) => void save({ channels: [by, ...channels.filter((x) => x !== by)], ...(s.quiet ? { quiet: s.quiet } : {}) })} />
        </>
      )}
      {s && channels.filter((by) => by !== "telegram").map((by) => <Address key={by} by={by as "email" | "sms"} settings={s} act={act} busy={!!busy} />)}
      {s && (
        <>
          <label class="check">
            <input type="checkbox" checked={!!s.quiet} disabled={!!busy} onChange={(e) => setQuiet(e.currentTarget.checked ? night : undefined)} />
            <span>{t("quiet")}</span>
          </label>
          {s.quiet && (
            <div class="row">
              <Time name={t("starts_at")} minute={s.quiet.from} set={(from) => setQuiet({ from, to: s.quiet!.to })} />
              <Time name={t("ends_at")} minute={s.quiet.to} set={(to) => setQuiet({ from: s.quiet!.from, to })} />
            </div>
          )}
          <p class="hint">{t("quiet_how")}</p>
        </>
      )}
      <Trouble problem={problem} />
    </section>
  );
}

interface AddressProps {
  by: "email" | "sms";
  settings: NotificationSettings;
  act: (run: () => Promise<unknown>) => Promise<boolean>;
  busy: boolean;
}

const codeField = { inputMode: "numeric", autocomplete: "one-time-code" } as const;
const addressFields = { email: { inputMode: "email", autocomplete: "email" }, sms: { inputMode: "tel", autocomplete: "tel" } } as const;

function addressState(a: NonNullable<NotificationSettings["addresses"]>[number]): string {
  if (a.refused) return t("address_refused");
  return t(a.confirmed ? "address_confirmed" : "address_code");
}

// Address is an address of the person on one channel, confirmed with a code.
function Address({ by, settings: s, act, busy }: AddressProps) {
  const [text, setText] = useState("");
  const a = (s.addresses ?? []).find((x) => x.channel === by);
  const params = { params: { path: { channel: by } } };
  const send = (address: string) => act(() => done(api.POST("/api/v1/me/addresses", { body: { channel: by, address } })));
  const submit = async (e: Event) => {
    e.preventDefault();
    const confirm = () => done(api.POST("/api/v1/me/addresses/{channel}/confirmation", { ...params, body: { code: text.trim() } }));
    const ok = await (a ? act(confirm) : send(text.trim()));
    if (ok) setText("");
  };
  const remove = () => void act(() => done(api.DELETE("/api/v1/me/addresses/{channel}", params)));
  const address = by === "email" ? "email_address" : "phone_number";
  const asked = t(a ? "code" : address);
  return (
    <div class="guests">
      <h3>{channelName(by)}</h3>
      {a && (
        <p>
          <span><bdi>{a.address}</bdi> <small>{addressState(a)}</small></span>
          <button class="close" aria-label={t("remove", a.address)} disabled={busy} onClick={remove}>×</button>
        </p>
      )}
      {(!a || !a.confirmed) && (
        <form onSubmit={(e) => void submit(e)}>
          <input {...(a ? codeField : addressFields[by])} aria-label={asked} placeholder={asked} value={text} onInput={(e) => setText(e.currentTarget.value)} />
          <button class="quiet" disabled={!text.trim() || busy}>{t(a ? "confirm_code" : "add")}</button>
          {a && <button type="button" class="quiet" disabled={busy} onClick={() => void send(a.address)}>{t("code_again")}</button>}
        </form>
      )}
    </div>
  );
}
