// Prices of an hour as rules, of which one applies at each time. The server decides what a booking costs; this is for the painter.
import type { Schemas } from "./api";

export type Rule = Schemas["PriceBody"];
export type Price = Pick<Rule, "label" | "member_minor" | "guest_minor">;

export const priceName = (p: Price) => `${p.label} ${p.member_minor} ${p.guest_minor}`;
export const samePrice = (a: Price, b: Price) => priceName(a) === priceName(b);

// stepOf is the longest step, of at most an hour, in which no rule begins or ends.
export function stepOf(rules: Rule[]): number {
  const common = (a: number, b: number): number => (b ? common(b, a % b) : a);
  return rules.reduce((step, r) => common(common(step, r.from_minute), r.to_minute), 60);
}

// byRank sorts rules: the highest rank first, in a rank those for a single net, and of equals the last one. The first that matches applies.
export const byRank = (rules: Rule[]) =>
  [...rules].reverse().sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0) || Number(!!b.net) - Number(!!a.net));

// rulesAt are those of some rules, sorted by byRank, that match on a net at a minute of a weekday. The first one applies. Net 0 stands for nets without
// prices of their own.
export const rulesAt = (ranked: Rule[], net: number, weekday: number, minute: number) =>
  ranked.filter((r) => (!r.net || r.net === net) && r.weekdays!.includes(weekday) && r.from_minute <= minute && minute < r.to_minute);

// overlap tells whether two rules match at the same time on a net.
export const overlap = (a: Rule, b: Rule) => (!a.net || !b.net || a.net === b.net) && a.weekdays!.some((d) => b.weekdays!.includes(d))
  && a.from_minute < b.to_minute && b.from_minute < a.to_minute;

export interface Stroke {
  net: number; // 0: all nets
  weekdays: number[];
  from: number; // minutes
  to: number;
  price: Price;
}

// painted adds a price for some hours of the week. It overrides the earlier prices of the same nets. Rules that no longer apply anywhere are removed.
export function painted(rules: Rule[], s: Stroke): Rule[] {
  const beneath = rules.filter((r) => s.net !== 0 || !r.net);
  const rule: Rule = {
    ...s.price, ...(s.net ? { net: s.net } : {}), rank: Math.max(0, ...beneath.map((r) => r.rank ?? 0)),
    weekdays: s.weekdays, from_minute: s.from, to_minute: s.to,
  };
  return applying(merged(rules, rule));
}

// merged adds a rule to the list, or extends the last rule by it where both make a rectangle.
function merged(rules: Rule[], rule: Rule): Rule[] {
  const last = rules[rules.length - 1];
  if (!last || !samePrice(last, rule) || (last.net ?? 0) !== (rule.net ?? 0) || (last.rank ?? 0) !== rule.rank) return [...rules, rule];
  const days = [...new Set([...last.weekdays!, ...rule.weekdays!])].sort();
  const sameDays = days.length === last.weekdays!.length && days.length === rule.weekdays!.length;
  const touches = last.from_minute <= rule.to_minute && rule.from_minute <= last.to_minute;
  const both = { ...last, weekdays: days, from_minute: Math.min(last.from_minute, rule.from_minute), to_minute: Math.max(last.to_minute, rule.to_minute) };
  if (last.from_minute === rule.from_minute && last.to_minute === rule.to_minute || sameDays && touches) return [...rules.slice(0, -1), both];
  return [...rules, rule];
}

// applying leaves out the rules that apply nowhere.
function applying(rules: Rule[]): Rule[] {
  const step = stepOf(rules);
  const ranked = byRank(rules);
  const nets = [...new Set([0, ...rules.map((r) => r.net ?? 0)])];
  const used = new Set<Rule>();
  for (const net of nets) {
    for (let weekday = 0; weekday < 7; weekday++) {
      for (let minute = 0; minute < 1440; minute += step) {
        const [rule] = rulesAt(ranked, net, weekday, minute);
        if (rule) used.add(rule);
      }
    }
  }
  return rules.filter((r) => used.has(r));
}
