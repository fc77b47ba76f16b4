// Prices: the hours of the week are painted with prices.
import { useEffect, useMemo } from "preact/hooks";
import { useSignal, type Signal } from "@preact/signals";
import { api, done, newKey, type Schemas } from "../api";
import { allNets, club, netName, nets } from "../club";
import { EditsState, useEdits, type Edit } from "../edits";
import { announce, Choice, Heading, NetChoice, Next, Waiting } from "../parts";
import { byRank, overlap, painted, priceName, rulesAt, samePrice, stepOf, type Price, type Rule } from "../prices";
import { resource } from "../resource";
import { feel } from "../telegram";
import { amountOf, decimalsOf, money, t } from "../words";
import { useRoving } from "./board";
import { fromMonday, longWeekday, weekdayName } from "./plots";
import { clockOf } from "./time";

type Corner = { weekday: number; minute: number };

const pricesOf = (id: number) => resource<Schemas["PriceListBody"]>(() => done(api.GET("/api/v1/clubs/{club}/prices", { params: { path: { club: id } } })));

export function Prices() {
  const c = club.value!;
  const list = useMemo(() => pricesOf(c.id), [c.id]);
  const net = useSignal(0);
  const brush = useSignal<Price | null>(null);
  const edits = useEdits(list, (items: Rule[], version) => done(api.PUT("/api/v1/clubs/{club}/prices", {
    params: { path: { club: c.id }, header: { "Idempotency-Key": newKey, "If-Match": `"${version}"` } }, body: { items },
  })));
  const { items: rules, add } = edits;
  useEffect(() => void nets.value.load(), [list]);
  if (!list.state.value.data) return <main><Heading below={c.name}>{t("prices")}</Heading><Waiting of={list} rows={8} /></main>;

  const palette = [...new Map(rules.map((r) => [priceName(r), r as Price])).values()];
  const chosen = brush.value ?? palette[0];
  const all = allNets();
  return (
    <main class="prices">
      <Heading below={c.name}>{t("prices")}</Heading>
      {all.length > 1 && (
        <NetChoice value={net.value} choose={(id) => { net.value = id; }} />
      )}
      <Brush palette={palette} brush={brush} chosen={chosen} />
      {chosen && <Painter rules={rules} net={net.value} price={chosen} add={add} />}
      <EditsState of={edits} changed={t("prices_changed")} />
      <Rules rules={rules} add={add} />
      <Next step={edits.step} />
    </main>
  );
}

const both = (p: Price) => {
  const { currency } = club.value!;
  return p.member_minor === p.guest_minor ? money(p.member_minor, currency) : `${money(p.member_minor, currency)} / ${money(p.guest_minor, currency)}`;
};

// over names the prices that give way to another one.
const over = (beneath: Rule[]) => (beneath.length ? `, ${t("prices_over", beneath.map((r) => r.label).join(", "))}` : "");

// Brush chooses the price to paint with: one of the club's, or a new one.
function Brush({ palette, brush, chosen }: { palette: Price[]; brush: Signal<Price | null>; chosen: Price | undefined }) {
  const label = useSignal("");
  const member = useSignal("");
  const guest = useSignal("");
  const { currency } = club.value!;
  const options = chosen && !palette.some((p) => samePrice(p, chosen)) ? [...palette, chosen] : palette;
  const step = String(10 ** -decimalsOf(currency));
  const take = (e: Event) => {
    e.preventDefault();
    const minor = amountOf(member.value, currency);
    brush.value = { label: label.value.trim(), member_minor: minor, guest_minor: guest.value ? amountOf(guest.value, currency) : minor };
    label.value = member.value = guest.value = "";
  };
  return (
    <section>
      <h2>{t("prices_brush")}</h2>
      <Choice name={t("prices_brush")} options={options.map(priceName)} value={chosen ? priceName(chosen) : ""}
        label={(name) => { const p = options.find((o) => priceName(o) === name)!; return `${p.label} · ${both(p)}`; }}
        choose={(name) => { brush.value = options.find((o) => priceName(o) === name)!; }} />
      <details>
        <summary>{t("prices_new")}</summary>
        <form class="row times" onSubmit={take}>
          <label>{t("prices_label")}<input required maxLength={100} value={label.value} onInput={(e) => { label.value = e.currentTarget.value; }} /></label>
          <label>{t("prices_member")}
            <input required type="number" min="0" step={step} value={member.value} onInput={(e) => { member.value = e.currentTarget.value; }} />
          </label>
          <label>{t("prices_guest")}
            <input type="number" min="0" step={step} value={guest.value} onInput={(e) => { guest.value = e.currentTarget.value; }} />
          </label>
          <button class="quiet">{t("prices_take")}</button>
        </form>
      </details>
    </section>
  );
}

// Painter is the week. One tap chooses a corner, and the next one paints what lies between. The mouse can also drag.
function Painter({ rules, net, price, add }: { rules: Rule[]; net: number; price: Price; add: (e: Edit<Rule>) => void }) {
  const corner = useSignal<Corner | null>(null);
  const roving = useRoving<HTMLTableElement>();
  const seen = useSignal<Corner | null>(null); // the cell with the focus
  const c = club.value!;
  const step = stepOf(rules);
  const ranked = byRank(rules);
  const minutes = Array.from({ length: 1440 / step }, (_, i) => i * step);
  const prices = [...new Set(rules.map((r) => r.member_minor))].sort((x, y) => x - y);
  const shade = (r: Rule | undefined) => (r ? 1 + Math.round((4 * prices.indexOf(r.member_minor)) / Math.max(1, prices.length - 1)) : 0);
  const nameOf = ({ weekday, minute }: Corner) => `${longWeekday(weekday)} ${clockOf(minute)}`;
  const said = (at: Corner) => {
    const [rule, ...beneath] = rulesAt(ranked, net, at.weekday, at.minute);
    return `${nameOf(at)}, ${rule ? `${rule.label}, ${both(rule)}${over(beneath)}` : t("prices_none")}`;
  };
  const paint = (from: Corner, to: Corner) => {
    const [x, y] = [fromMonday.indexOf(from.weekday), fromMonday.indexOf(to.weekday)];
    const weekdays = fromMonday.slice(Math.min(x, y), Math.max(x, y) + 1).sort();
    const stroke = { net, weekdays, from: Math.min(from.minute, to.minute), to: Math.max(from.minute, to.minute) + step, price };
    feel.choice();
    corner.value = null;
    add((now) => painted(now, stroke));
    announce(t("prices_painted", price.label, nameOf(from), nameOf(to)));
  };
  const press = (at: Corner) => {
    if (corner.value) paint(corner.value, at);
    else {
      corner.value = at;
      announce(t("prices_corner", nameOf(at)));
    }
  };
  const plain = new Intl.NumberFormat("en", { useGrouping: false });
  const isCorner = (at: Corner) => corner.value?.weekday === at.weekday && corner.value.minute === at.minute;
  return (
    <section>
      <p class="hint">{corner.value ? t("prices_corner", nameOf(corner.value)) : seen.value ? said(seen.value) : t("prices_how")}</p>
      <table class="week paint" aria-label={t("prices")} {...roving}>
        <thead>
          <tr><th scope="col"><span class="unseen">{t("time")}</span></th>{fromMonday.map((d) => <th scope="col" key={d}>{weekdayName(d)}</th>)}</tr>
        </thead>
        <tbody>
          {minutes.map((minute) => (
            <tr key={minute}>
              <th scope="row">{clockOf(minute)}</th>
              {fromMonday.map((weekday) => {
                const at = { weekday, minute };
                const [rule] = rulesAt(ranked, net, weekday, minute);
                return (
                  <td key={weekday}>
                    <button class={`s${shade(rule)}`} aria-label={said(at)} aria-pressed={isCorner(at)}
                      onClick={() => press(at)} onFocus={() => { seen.value = at; }}
                      onPointerDown={(e) => { if (e.pointerType === "mouse") dragged = at; }}
                      onPointerUp={(e) => { if (e.pointerType === "mouse" && dragged && nameOf(dragged) !== nameOf(at)) paint(dragged, at); dragged = null; }}>
                      {rule ? plain.format(rule.member_minor / 10 ** decimalsOf(c.currency)) : "–"}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

let dragged: Corner | null = null; // where the mouse went down

// daysText names weekdays, from Monday.
const daysText = (days: number[]) => (days.length === 7 ? t("every_day") : fromMonday.filter((d) => days.includes(d)).map(weekdayName).join(", "));

// Rules lists the prices; each can be removed. The first of those that overlap applies.
function Rules({ rules, add }: { rules: Rule[]; add: (e: Edit<Rule>) => void }) {
  return (
    <section>
      <h2>{t("prices_list")}</h2>
      <ul class="cards">
        {byRank(rules).map((r, i, all) => {
          const name = `${r.label} · ${daysText(r.weekdays ?? [])} · ${clockOf(r.from_minute)}–${clockOf(r.to_minute)}`;
          const key = JSON.stringify(r);
          const ranked = all.some((o) => o !== r && overlap(o, r));
          return (
            <li class="card feed" key={key}>
              <span class="what"><b>{name}</b><span>{both(r)}</span>{!!r.net && <small>{netName(r.net)}</small>}
                {ranked && <small>{t("prices_rank", r.rank ?? 0)}{over(all.filter((o, j) => j > i && overlap(o, r)))}</small>}</span>
              <button class="quiet danger" aria-label={`${t("prices_remove")}: ${name}`}
                onClick={() => add((now) => now.filter((x) => JSON.stringify(x) !== key))}>{t("prices_remove")}</button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
