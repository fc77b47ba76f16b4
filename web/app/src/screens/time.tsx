// Times of the day in minutes, and their fields.
import { t } from "../words";

const twoDigits = (n: number) => String(n).padStart(2, "0");

// clockOf writes a minute of a day. 1440 and later is the day after.
export const clockOf = (minute: number) => `${twoDigits(Math.floor(minute / 60) % 24)}:${twoDigits(minute % 60)}`;
const minuteOf = (text: string) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

export function Time({ name, minute, set }: { name: string; minute: number; set: (minute: number) => void }) {
  return (
    <label>{name}
      <input type="time" required value={clockOf(minute)} onChange={(e) => { if (e.currentTarget.value) set(minuteOf(e.currentTarget.value)); }} />
    </label>
  );
}

export interface Times {
  opens_minute: number;
  closes_minute: number; // more than 1440 is the night after
}

// Open is one opening time of a day. A closing time that is not after the opening is on the day after.
export function Open({ times, set, remove, day }: { times: Times; set: (t: Times) => void; remove?: () => void; day: string }) {
  const close = (opens: number, closes: number): Times => ({ opens_minute: opens, closes_minute: closes <= opens ? closes + 1440 : closes });
  return (
    <div class="row open" role="group" aria-label={day}>
      <Time name={t("opens")} minute={times.opens_minute} set={(m) => set(close(m, times.closes_minute % 1440))} />
      <Time name={t("closes")} minute={times.closes_minute} set={(m) => set(close(times.opens_minute, m))} />
      {remove && <button class="close" aria-label={`${t("hours_remove")}: ${day}`} onClick={remove}>×</button>}
    </div>
  );
}
