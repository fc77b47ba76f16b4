// File: the facts of one file, and a button that sends it into the person's chat with the bot.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type Delivery, type OneFile } from "../api";
import { askForWrites } from "../club";
import { announce, Heading, Next, Trouble, useIsLeft, Waiting } from "../parts";
import { resource } from "../resource";
import { Problem } from "../send";
import { Share } from "../share";
import { canAskToWrite, closePage, feel, inTelegram } from "../telegram";
import { dateIn, dayName, fileSize, known, t } from "../words";
import { FileCard, Join, Picture } from "./archive";

const waits = [0.4, 0.8, 1.5, 3, 5, 8, 15]; // seconds between two looks after the bot was asked

// Deliveries whose end this page has not seen, by file. They outlive the screen: asking for the file anew would send it twice.
const underWay = new Map<string, number>();

// After the person has let the bot write, the bot may hear of it later than the page does. So a refused delivery is asked for again.
const tries = 3;
const tryAgainAfter = 1000; // ms

// mayNotWrite reports that the bot may not write to the person, who can change that.
const mayNotWrite = (d: Delivery) => d.state === "failed" && ["stranger", "blocked", "unreachable"].includes(d.reason ?? "");

const ended = (d: Delivery) => d.state !== "new" && d.state !== "running";

const readDelivery = (id: number) => done(api.GET("/api/v1/archive/deliveries/{id}", { params: { path: { id } } }));

export function File({ args: [id = "", channel, message] }: { args: string[] }) {
  const params = { path: { id }, query: { channel: Number(channel), message: Number(message) } };
  const place = `${id} ${channel} ${message}`;
  const file = useMemo(() => resource<OneFile>(() => done(api.GET("/api/v1/archive/files/{id}", { params }))), [place]);
  const problem = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  const delivery = useSignal<Delivery | null>(null);
  const looks = useSignal(0);
  const refused = useSignal(false); // the person was asked whether the bot may write, and said no
  const left = useRef(tries); // deliveries that may be asked for after the person said yes; all of them while nobody was asked
  const isLeft = useIsLeft();
  const d = delivery.value;
  const polls = !!d && !ended(d) && !problem.value && looks.value < waits.length;
  // ask reads the state of the delivery.
  const ask = async (read: () => Promise<Delivery>) => {
    busy.value = true;
    problem.value = null;
    let next: Delivery | undefined;
    try {
      next = delivery.value = await read();
      underWay.set(place, next.id);
      if (!ended(next)) return;
      underWay.delete(place);
      feel.result(next.sent ? "success" : "warning");
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      if (e.status === 404 || e.status === 410) underWay.delete(place);
      feel.result("error");
      problem.value = e;
    } finally {
      busy.value = false;
    }
    if (next && mayNotWrite(next) && canAskToWrite()) void reach();
  };
  // reach asks the person to let the bot write, and has the file sent then.
  const reach = async () => {
    if (left.current === 0) return;
    busy.value = true;
    const asked = left.current < tries;
    if (asked) await new Promise((resolve) => setTimeout(resolve, tryAgainAfter));
    else refused.value = !(await askForWrites());
    busy.value = false;
    if (isLeft.current || refused.value) return;
    left.current--;
    order();
  };
  const send = () => {
    refused.value = false;
    left.current = tries;
    order();
  };
  const order = () => {
    looks.value = 0;
    announce(t("file_asking"));
    const known = underWay.get(place);
    void ask(() => known ? readDelivery(known) : done(api.POST("/api/v1/archive/files/{id}/deliveries", {
      params: { ...params, header: { "Idempotency-Key": newKey } },
    })));
  };
  useEffect(() => { void file.load(); }, [file]);
  useEffect(() => { if (underWay.has(place)) send(); }, []);
  useEffect(() => {
    if (!polls || busy.value) return;
    const timer = setTimeout(() => {
      looks.value++;
      void ask(() => readDelivery(d.id));
    }, waits[looks.value]! * 1000);
    return () => clearTimeout(timer);
  }, [polls, busy.value, looks.value]);
  const { data: f, error } = file.state.value;
  if (!f) return <main><Heading>{t("file")}</Heading><Waiting of={file} rows={5} /><Join problem={error ?? null} /></main>;
  const kind = `kind_${f.kind}`;
  const sent = !!d && d.state === "done" && d.sent > 0;
  return (
    <main class="booking">
      <Heading below={`${known(kind) ? t(kind) : f.kind} · ${fileSize(f.size)}`}><bdi>{f.name || t("file")}</bdi></Heading>
      {f.thumb && <Picture thumb={f.thumb} />}
      <p class="hint">{t("posted", dayName(dateIn(new Date(f.posted), "UTC")))}</p>
      {!!f.subtitles?.length && (
        <section>
          <h2>{t("subtitles")}</h2>
          <ul class="cards">{f.subtitles.map((s) => <li key={s.id}><FileCard file={s} name={s.name} /></li>)}</ul>
        </section>
      )}
      {f.caption && <p class="caption" dir="auto">{f.caption}</p>}
      {d && <p class={`notice ${sent ? "good" : ""}`} role="status">{t(refused.value ? "file_not_allowed" : busy.value ? "file_asking" : outcome(d))}</p>}
      <Trouble problem={problem.value} />
      <Join problem={problem.value} />
      <div class="actions"><Share subject={{ file: { id, channel: Number(channel), message: Number(message) } }} query={f.name} /></div>
      <Next step={sent && inTelegram() ? { text: t("to_chat"), press: closePage } : {
        text: t(d && !ended(d) ? "file_look" : refused.value ? "file_allow" : "send_to_chat"), busy: busy.value || polls, press: send,
      }} />
    </main>
  );
}

function outcome(d: Delivery) {
  if (d.state === "done") return d.sent ? "file_sent" : d.over_quota ? "file_over_quota" : "file_lost";
  if (d.state === "failed") return mayNotWrite(d) ? "start_bot" : "failed";
  return "file_asking";
}
