// Inside is a booking that a change of the club leaves without a place.
import type { Booking } from "../api";
import { netNames } from "../club";
import { span } from "../parts";
import { go } from "../router";
import { t } from "../words";

export function Inside({ booking: b, zone }: { booking: Booking; zone: string }) {
  return (
    <li>
      <button class="card" onClick={() => go(`booking/${b.id}`)}>
        <span class="what"><b>{span(b.start, b.end, zone)}</b><span>{netNames(b.nets)} · {t("member", String(b.member))}</span></span>
      </button>
    </li>
  );
}
