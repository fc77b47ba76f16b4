// Block: nets for the club itself. Each booking in the way is cancelled without a fee or moved to another net, or the block is not laid.
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type Booking } from "../api";
import { club, netName, nets, reload, today } from "../club";
import { Heading, hours, Next, span, Trouble } from "../parts";
import { go } from "../router";
import { Problem } from "../send";
import { feel } from "../telegram";
import { t } from "../words";

const undecided = "";
const cancelled = "cancel"; // else the number of a net

export function Block({ args }: { args: string[] }) {
  const c = club.value!;
  const chosen = useSignal<number[]>([]);
  const from = useSignal(`${args[0] ?? today()}T12:00`);
  const to = useSignal(`${args[0] ?? today()}T14:00`);
  const note = useSignal("");
  const ways = useSignal<Booking[]>([]); // bookings in the way
  const decided = useSignal<Record<number, string>>({});
  const problem = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  useEffect(() => { void nets.value.load(); }, [c.id]);
  const all = nets.value.state.value.data ?? [];
  const lay = async () => {
    busy.value = true;
    problem.value = null;
    const resolve = ways.value.map((b) => {
      const action = decided.value[b.id]!;
      const seen = { booking: b.id, version: b.version };
      if (action === cancelled) return { ...seen, action: "cancel" as const };
      return { ...seen, action: "move" as const, nets: [Number(action)], start: b.start, end: b.end };
    });
    try {
      await done(api.POST("/api/v1/clubs/{club}/blocks", {
        params: { path: { club: c.id }, header: { "Idempotency-Key": newKey } },
        body: { nets: chosen.value, start: from.value, end: to.value, ...(note.value ? { note: note.value } : {}), ...(resolve.length ? { resolve } : {}) },
      }));
      feel.result("success");
      reload();
      go(`desk/${from.value.slice(0, 10)}`, true);
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      feel.result("error");
      problem.value = e;
      const ids = e.members.bookings ?? [];
      if (e.code === "block-conflict" || e.code === "changed") {
        const wanted = e.code === "changed" ? ways.value.map((b) => b.id) : [...new Set([...ways.value.map((b) => b.id), ...ids])];
        const read = (id: number) => done(api.GET("/api/v1/clubs/{club}/bookings/{id}", { params: { path: { club: c.id, id } } }));
        ways.value = await Promise.all(wanted.map(read)).catch(() => ways.value);
      }
    } finally {
      busy.value = false;
    }
  };
  const forget = () => { ways.value = []; decided.value = {}; };
  const toggle = (id: number) => { chosen.value = chosen.value.includes(id) ? chosen.value.filter((x) => x !== id) : [...chosen.value, id]; forget(); };
  const open = ways.value.some((b) => !decided.value[b.id]);
  return (
    <main class="booking">
      <Heading below={c.name}>{t("block")}</Heading>
      <div class="choice" role="group" aria-label={t("nets")}>
        {all.map((n) => <button key={n.id} aria-pressed={chosen.value.includes(n.id)} onClick={() => toggle(n.id)}>{n.name}</button>)}
      </div>
      <div class="row times">
        <label>{t("starts_at")}
          <input type="datetime-local" required value={from.value} onChange={(e) => { from.value = e.currentTarget.value; forget(); }} />
        </label>
        <label>{t("ends_at")}<input type="datetime-local" required value={to.value} onChange={(e) => { to.value = e.currentTarget.value; forget(); }} /></label>
      </div>
      <div class="row"><label>{t("note")}<input maxLength={500} value={note.value} onInput={(e) => { note.value = e.currentTarget.value; }} /></label></div>
      <Trouble problem={problem.value} />
      {ways.value.length > 0 && (
        <section>
          <h2>{t("in_the_way")}</h2>
          {ways.value.map((b) => (
            <label class="decision" key={b.id}>
              <span>{(b.nets ?? []).map(netName).join(" + ")} · {span(b.start, b.end, c.time_zone)} · {t("member", String(b.member))}</span>
              <select value={decided.value[b.id] ?? undecided} onChange={(e) => { decided.value = { ...decided.value, [b.id]: e.currentTarget.value }; }}>
                <option value={undecided}>{t("decide")}</option>
                <option value={cancelled}>{t("cancel_without_fee")}</option>
                {all.filter((n) => !chosen.value.includes(n.id)).map((n) => (
                  <option key={n.id} value={String(n.id)}>{t("move_to_net", n.name, hours(b.start, b.end, c.time_zone))}</option>
                ))}
              </select>
            </label>
          ))}
          <p class="hint">{t("block_leave")}</p>
        </section>
      )}
      <Next step={chosen.value.length > 0 ? { text: t("block_lay"), busy: busy.value, disabled: open, press: () => void lay() } : null} />
    </main>
  );
}
