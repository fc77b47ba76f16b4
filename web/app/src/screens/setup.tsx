// SetUp: a few questions, from whose answers the first club is made. The answers stay on the device until then, so that they can be given at several times.
import { useState } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey } from "../api";
import { clubs, me } from "../club";
import { Choice, Heading, Next, Trouble, useAct } from "../parts";
import { go } from "../router";
import { Problem } from "../send";
import { amountOf, decimalsOf, money, t } from "../words";
import { clockOf, Open, type Times } from "./time";

interface Answers {
  name: string;
  zone: string;
  currency: string;
  nets: string[];
  hours: Times[];
  member: string; // as typed
  guest: string;
}

const keptUnder = "kept set-up"; // removed with all that the device keeps of a person

function readAnswers(): Answers {
  const zone = presentName(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const none: Answers = { name: "", zone, currency: "", nets: [], hours: [], member: "", guest: "" };
  try {
    return { ...none, ...(JSON.parse(localStorage.getItem(keptUnder) ?? "{}") as Partial<Answers>) };
  } catch {
    return none;
  }
}

const zones = [
  "Asia/Kolkata", "Asia/Karachi", "Asia/Dhaka", "Asia/Colombo", "Asia/Kathmandu", "Asia/Dubai", "Europe/London", "Africa/Johannesburg", "Australia/Sydney",
  "Pacific/Auckland", "America/New_York", "America/Toronto",
];
const renamed: Record<string, string> = { "Asia/Calcutta": "Asia/Kolkata", "Asia/Katmandu": "Asia/Kathmandu" }; // browsers know them by the old names
const presentName = (zone: string) => renamed[zone] ?? zone;
const currencies = ["INR", "PKR", "BDT", "LKR", "NPR", "AED", "GBP", "ZAR", "AUD", "NZD", "USD", "CAD", "EUR"];
const usual: Times = { opens_minute: 6 * 60, closes_minute: 22 * 60 };
const mostNets = 40;

const isCurrency = (code: string) => /^[A-Z]{3}$/.test(code);

// The questions, in their order. ready tells whether a question is answered.
const questions: { name: "name" | "zone" | "currency" | "nets" | "hours" | "price"; ready: (a: Answers) => boolean }[] = [
  { name: "name", ready: (a) => a.name.trim() !== "" },
  { name: "zone", ready: (a) => a.zone !== "" },
  { name: "currency", ready: (a) => isCurrency(a.currency) },
  { name: "nets", ready: (a) => a.nets.length > 0 && a.nets.length <= mostNets },
  { name: "hours", ready: (a) => a.hours.length > 0 },
  { name: "price", ready: (a) => a.member !== "" && Number(a.member) >= 0 },
];

const allZones = (chosen: string) => [...new Set([chosen, ...zones, ...Intl.supportedValuesOf("timeZone").map(presentName)])];

export function SetUp({ args }: { args: string[] }) {
  const answers = useSignal(readAnswers());
  const a = answers.value;
  const set = (some: Partial<Answers>) => {
    answers.value = { ...answers.value, ...some };
    localStorage.setItem(keptUnder, JSON.stringify(answers.value));
  };
  const open = questions.findIndex((q) => !q.ready(a));
  const first = open < 0 ? questions.length : open;
  const [begin] = useState(first); // an address without a number opens the first question that is not answered
  const at = Math.min(args[0] === undefined ? begin : Number(args[0]), first);
  const question = questions[at];
  if (!question) return <Summary answers={a} />;
  return (
    <main class="booking" key={question.name}>
      <Heading below={t("set_up_step", at + 1, questions.length)}>{t(`set_up_${question.name}`)}</Heading>
      <Question name={question.name} a={a} set={set} />
      <Next step={{ text: t("set_up_next"), disabled: !question.ready(a), press: () => go(`set-up/${at + 1}`) }} />
    </main>
  );
}

function Question({ name, a, set }: { name: (typeof questions)[number]["name"]; a: Answers; set: (some: Partial<Answers>) => void }) {
  const label = t(`set_up_${name}`);
  switch (name) {
    case "name":
      return <div class="row"><input aria-label={label} maxLength={100} value={a.name} onInput={(e) => set({ name: e.currentTarget.value })} /></div>;
    case "zone":
      return (
        <div class="row">
          <select aria-label={label} value={a.zone} onChange={(e) => set({ zone: e.currentTarget.value })}>
            {allZones(a.zone).map((z) => <option key={z} value={z}>{z.replace(/_/g, " ")}</option>)}
          </select>
        </div>
      );
    case "currency":
      return (
        <>
          <Choice name={label} options={currencies} value={a.currency} label={(code) => code} choose={(currency) => set({ currency, member: "", guest: "" })} />
          <div class="row times">
            <label>{t("set_up_other")}
              <input maxLength={3} autocapitalize="characters" value={currencies.includes(a.currency) ? "" : a.currency}
                onInput={(e) => set({ currency: e.currentTarget.value.toUpperCase(), member: "", guest: "" })} />
            </label>
          </div>
        </>
      );
    case "nets":
      return (
        <>
          <Choice name={label} options={[1, 2, 3, 4, 5, 6, 7, 8]} value={a.nets.length} label={String}
            choose={(n) => set({ nets: Array.from({ length: n }, (_, i) => a.nets[i] ?? t("set_up_net", i + 1)) })} />
          {a.nets.map((net, i) => (
            <div class="row times" key={i}>
              <input aria-label={t("set_up_net", i + 1)} maxLength={100} value={net}
                onChange={(e) => set({ nets: a.nets.map((n, j) => (j === i ? e.currentTarget.value || n : n)) })} />
            </div>
          ))}
          {a.nets.length > 0 && a.nets.length < mostNets && (
            <button class="quiet" onClick={() => set({ nets: [...a.nets, t("set_up_net", a.nets.length + 1)] })}>{t("set_up_more_nets")}</button>
          )}
        </>
      );
    case "hours":
      return <HoursQuestion hours={a.hours} set={(hours) => set({ hours })} />;
    case "price":
      return (
        <>
          <p class="hint">{t("set_up_price_how", a.currency)}</p>
          <div class="row times">
            <Amount name={t("prices_member")} currency={a.currency} value={a.member} set={(member) => set({ member })} />
            <Amount name={t("prices_guest")} currency={a.currency} value={a.guest} set={(guest) => set({ guest })} />
          </div>
        </>
      );
  }
}

function HoursQuestion({ hours, set }: { hours: Times[]; set: (hours: Times[]) => void }) {
  if (hours.length === 0) return <button class="quiet" onClick={() => set([usual])}>{clockOf(usual.opens_minute)}–{clockOf(usual.closes_minute)}</button>;
  const last = hours[hours.length - 1]!;
  const next = { opens_minute: last.closes_minute + 60, closes_minute: last.closes_minute + 120 };
  return (
    <>
      <p class="hint">{t("set_up_hours_how")}</p>
      {hours.map((x, i) => (
        <Open key={i} day={t("every_day")} times={x} set={(to) => set(hours.map((y, j) => (j === i ? to : y)))}
          {...(hours.length > 1 ? { remove: () => set(hours.filter((_, j) => j !== i)) } : {})} />
      ))}
      {next.opens_minute < 1440 && hours.length < 4 && <button class="link" onClick={() => set([...hours, next])}>{t("hours_add")}</button>}
    </>
  );
}

const Amount = ({ name, currency, value, set }: { name: string; currency: string; value: string; set: (text: string) => void }) => (
  <label>{name}<input type="number" min="0" step={String(10 ** -decimalsOf(currency))} value={value} onInput={(e) => set(e.currentTarget.value)} /></label>
);

// Summary shows all answers, each with a way back, and makes the club.
function Summary({ answers: a }: { answers: Answers }) {
  const { act, busy, problem } = useAct();
  const member = amountOf(a.member, a.currency);
  const guest = a.guest === "" ? member : amountOf(a.guest, a.currency);
  const shown: Record<(typeof questions)[number]["name"], string> = {
    name: a.name, zone: a.zone, currency: a.currency, nets: a.nets.join(", "),
    hours: a.hours.map((h) => `${clockOf(h.opens_minute)}–${clockOf(h.closes_minute)}`).join(", "),
    price: `${money(member, a.currency)} / ${money(guest, a.currency)}`,
  };
  const make = () => act(async () => {
    try {
      await done(api.POST("/api/v1/clubs/set-up", {
        params: { header: { "Idempotency-Key": newKey } },
        body: {
          name: a.name.trim(), time_zone: a.zone, currency: a.currency, nets: a.nets.map((n) => n.trim()), hours: a.hours,
          price_name: t("set_up_price_name"), member_minor: member, guest_minor: guest,
        },
      }));
    } catch (e) {
      // Another admin was faster: the page shows their club.
      if (!(e instanceof Problem) || e.code !== "club-exists") throw e;
    }
    localStorage.removeItem(keptUnder);
    await Promise.all([clubs.reload(), me.reload()]);
    go("day", true);
  });
  return (
    <main class="booking">
      <Heading>{t("set_up")}</Heading>
      <ul class="cards">
        {questions.map((q, i) => (
          <li class="card feed" key={q.name}>
            <span class="what"><small>{t(`set_up_${q.name}`)}</small><b>{shown[q.name]}</b></span>
            <button class="quiet" aria-label={`${t("set_up_edit")}: ${t(`set_up_${q.name}`)}`} onClick={() => go(`set-up/${i}`)}>{t("set_up_edit")}</button>
          </li>
        ))}
      </ul>
      <p class="hint">{t("set_up_later")}</p>
      <Trouble problem={problem} />
      <Next step={{ text: t("set_up_make"), busy: !!busy, press: () => void make() }} />
    </main>
  );
}
