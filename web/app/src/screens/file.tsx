// File: what is known of a file, and sending it into the person's chat with the bot.
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type ArchiveFile, type Delivery } from "../api";
import { announce, Heading, Next, Skeleton, Trouble } from "../parts";
import { resource } from "../resource";
import { Problem } from "../send";
import { canShareQuery, closePage, feel, inTelegram, shareQuery } from "../telegram";
import { dateIn, dayName, fileSize, known, t } from "../words";
import { Join } from "./archive";

const looks = [0.4, 0.8, 1.5, 3, 5, 8, 15]; // seconds between two looks after the bot was asked

export function File({ args: [id = "", channel, message] }: { args: string[] }) {
  const params = { path: { id }, query: { channel: Number(channel), message: Number(message) } };
  const file = useMemo(() => resource<ArchiveFile>(() => done(api.GET("/api/v1/archive/files/{id}", { params }))), [id, channel, message]);
  const problem = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  const delivery = useSignal<Delivery | null>(null);
  useEffect(() => { void file.load(); }, [file]);
  const send = async () => {
    busy.value = true;
    problem.value = null;
    announce(t("file_asking"));
    try {
      let d = await done(api.POST("/api/v1/archive/files/{id}/deliveries", { params: { ...params, header: { "Idempotency-Key": newKey } } }));
      delivery.value = d;
      for (const wait of looks) {
        if (d.state !== "new" && d.state !== "running") break;
        await new Promise((resolve) => setTimeout(resolve, wait * 1000));
        delivery.value = d = await done(api.GET("/api/v1/archive/deliveries/{id}", { params: { path: { id: d.id } } }));
      }
      feel.result(d.sent ? "success" : "warning");
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      feel.result("error");
      problem.value = e;
    } finally {
      busy.value = false;
    }
  };
  const { data: f, error } = file.state.value;
  if (!f) return <main><Heading>{t("file")}</Heading>{error ? <><Trouble problem={error} again={() => void file.load()} /><Join problem={error} /></> : <Skeleton rows={5} />}</main>;
  const kind = `kind_${f.kind}`;
  const d = delivery.value;
  const sent = !!d && d.state === "done" && d.sent > 0;
  return (
    <main class="booking">
      <Heading below={`${known(kind) ? t(kind) : f.kind} · ${fileSize(f.size)}`}><bdi>{f.name || t("file")}</bdi></Heading>
      <p class="hint">{t("posted", dayName(dateIn(new Date(f.posted), "UTC")))}</p>
      {f.caption && <p class="caption" dir="auto">{f.caption}</p>}
      {d && <p class={`notice ${sent ? "good" : ""}`} role="status">{t(outcome(d))}</p>}
      <Trouble problem={problem.value} />
      <Join problem={problem.value} />
      {canShareQuery() && <div class="actions"><button class="quiet" onClick={() => shareQuery(f.name)}>{t("share")}</button></div>}
      <Next step={sent && inTelegram() ? { text: t("to_chat"), press: closePage } : { text: t("send_to_chat"), busy: busy.value, press: () => void send() }} />
    </main>
  );
}

function outcome(d: Delivery) {
  if (d.state === "done") return d.sent ? "file_sent" : d.over_quota ? "file_over_quota" : "file_lost";
  if (d.state === "failed") return d.reason === "stranger" || d.reason === "blocked" ? "file_start_bot" : "failed";
  return "file_asking";
}
