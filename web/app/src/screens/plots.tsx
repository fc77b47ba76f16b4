// Plots: bars and a heat map of the week, each with its numbers as text.
import type { ComponentChildren } from "preact";
import { addDays, language, noonOf, percent, t, weekday } from "../words";

export interface Bar {
  label: string;
  value: number;
  text: string; // the value as people read it
}

const barWidth = 10;
const plotHeight = 60;

// Bars draws one bar for each value. The table beneath has the same values.
export function Bars({ name, bars }: { name: string; bars: Bar[] }) {
  const most = Math.max(1, ...bars.map((b) => b.value));
  const tall = (b: Bar) => (plotHeight * b.value) / most;
  return (
    <figure class="plot">
      <svg viewBox={`0 0 ${bars.length * barWidth} ${plotHeight + 1}`} preserveAspectRatio="none" role="img" aria-label={name}>
        {bars.map((b, i) => (
          <rect key={b.label} x={i * barWidth + 1} width={barWidth - 2} y={plotHeight - tall(b)} height={tall(b) + 1}>
            <title>{b.label}: {b.text}</title>
          </rect>
        ))}
      </svg>
      <figcaption aria-hidden="true"><span>{bars[0]?.label}</span><span>{bars[bars.length - 1]?.label}</span></figcaption>
      <details>
        <summary>{t("report_table")}</summary>
        <Table name={name}>{bars.map((b) => <tr key={b.label}><th scope="row">{b.label}</th><td>{b.text}</td></tr>)}</Table>
      </details>
    </figure>
  );
}

const Table = ({ name, children }: { name: string; children: ComponentChildren }) => <table class="values" aria-label={name}><tbody>{children}</tbody></table>;

// Lines are bars beside their names, for a few values.
export function Lines({ name, bars }: { name: string; bars: Bar[] }) {
  const most = Math.max(1, ...bars.map((b) => b.value));
  return (
    <Table name={name}>
      {bars.map((b) => (
        <tr key={b.label}>
          <th scope="row">{b.label}<i class="line" style={{ inlineSize: `${(100 * b.value) / most}%` }} /></th>
          <td>{b.text}</td>
        </tr>
      ))}
    </Table>
  );
}

export interface WeekHour {
  weekday: number; // 0 is Sunday
  hour: number;
  part: number; // 0 to 1
  text: string; // what the cell says besides its share
}

export const fromMonday = [1, 2, 3, 4, 5, 6, 0];
const shades = 5;

// weekdayName is the short name of a weekday; 0 is Sunday.
export const weekdayName = (day: number) => weekday(noonOf(addDays("2024-01-07", day)), "UTC"); // a Sunday

export const longWeekday = (day: number) => weekday(noonOf(addDays("2024-01-07", day)), "UTC", "long");

export const clockHour = (hour: number) => `${String(hour).padStart(2, "0")}:00`;

// WeekHeat is a table of the hours of the week. The larger the share, the stronger the colour; the share stands in each cell.
export function WeekHeat({ name, hours }: { name: string; hours: WeekHour[] }) {
  const at = new Map(hours.map((h) => [`${h.weekday} ${h.hour}`, h]));
  const shown = [...new Set(hours.map((h) => h.hour))].sort((x, y) => x - y);
  return (
    <table class="week" aria-label={name} lang={language.value}>
      <thead>
        <tr><th scope="col"><span class="unseen">{t("time")}</span></th>{fromMonday.map((d) => <th scope="col" key={d}>{weekdayName(d)}</th>)}</tr>
      </thead>
      <tbody>
        {shown.map((hour) => (
          <tr key={hour}>
            <th scope="row">{clockHour(hour)}</th>
            {fromMonday.map((d) => {
              const cell = at.get(`${d} ${hour}`);
              if (!cell) return <td key={d} class="s0">–<span class="unseen"> {t("status_closed")}</span></td>;
              return <td key={d} class={`s${Math.ceil(shades * Math.min(1, cell.part))}`} title={cell.text}>{percent(cell.part)}</td>;
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
