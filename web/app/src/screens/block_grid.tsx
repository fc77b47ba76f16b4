// BlockGrid: nets and times of a day, on which a block is drawn: by dragging over them, or by choosing two corners.
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { Net } from "../api";
import { club, lengths, startsOf } from "../club";
import { announce, Waiting } from "../parts";
import { poll } from "../resource";
import { feel } from "../telegram";
import { inZone, t } from "../words";
import { rowsOf, statusName, useRoving } from "./board";
import { refreshEvery } from "./day";

// Corner is a cell: the places of its net and its time.
interface Corner {
  net: number;
  time: number;
}

interface Drawn {
  nets: number[];
  from: string; // on the club's clock: 2026-12-03T12:00
  to: string;
}

const within = (x: number, a: number, b: number) => Math.min(a, b) <= x && x <= Math.max(a, b);

// cornerOf reads the corner of the cell that has an element.
function cornerOf(element: Element | null): Corner | null {
  const name = element?.closest<HTMLElement>("[data-cell]")?.dataset["cell"];
  if (!name) return null;
  const [net, time] = name.split(" ").map(Number);
  return { net: net!, time: time! };
}

export function BlockGrid({ day, nets, drawn, draw }: { day: string; nets: Net[]; drawn: Drawn; draw: (d: Drawn) => void }) {
  const c = club.value!;
  const zone = c.time_zone;
  const starts = useMemo(() => startsOf(day, lengths()[0]!), [c.id, day]);
  const dragged = useSignal<[Corner, Corner] | null>(null);
  const corner = useSignal<Corner | null>(null);
  const roving = useRoving<HTMLTableElement>();
  useEffect(() => {
    void starts.load();
    corner.value = null;
    return poll(starts, refreshEvery);
  }, [starts]);
  const { rows } = rowsOf(starts.state.value.data?.starts ?? [], zone);
  const wall = (at: number) => inZone(new Date(at), zone).replace(" ", "T");
  const nameOf = (at: Corner) => `${nets[at.net]!.name}, ${rows[at.time]!.label}`;
  const finish = (a: Corner, b: Corner) => {
    const [first, last] = [Math.min(a.time, b.time), Math.max(a.time, b.time)];
    corner.value = null;
    feel.choice();
    draw({
      nets: nets.filter((_, i) => within(i, a.net, b.net)).map((n) => n.id),
      from: wall(Date.parse(rows[first]!.at)), to: wall(Date.parse(rows[last]!.at) + c.grid_minutes * 60_000),
    });
    announce(t("block_drawn", nameOf(a), nameOf(b)));
  };
  const press = (at: Corner) => {
    if (corner.value) finish(corner.value, at);
    else {
      corner.value = at;
      announce(t("block_corner", nameOf(at)));
    }
  };
  // While a finger drags, its events go to the cell where it began, so the cell beneath it is looked up.
  const move = (e: PointerEvent) => {
    if (!dragged.value) return;
    const at = cornerOf(document.elementFromPoint(e.clientX, e.clientY));
    if (at) dragged.value = [dragged.value[0], at];
  };
  const drop = () => {
    const [a, b] = dragged.value ?? [];
    dragged.value = null;
    if (a && b && (a.net !== b.net || a.time !== b.time)) finish(a, b);
  };
  const isDrawn = (net: number, time: number) => {
    if (dragged.value) {
      const [a, b] = dragged.value;
      return within(net, a.net, b.net) && within(time, a.time, b.time);
    }
    const at = wall(Date.parse(rows[time]!.at));
    return drawn.nets.includes(nets[net]!.id) && drawn.from <= at && at < drawn.to;
  };
  if (!starts.state.value.data) return <Waiting of={starts} rows={6} />;
  if (rows.length === 0) return null;
  return (
    <section>
      <p class="hint">{corner.value ? t("block_corner", nameOf(corner.value)) : t("block_how")}</p>
      <table class="week drawn" aria-label={t("block")} {...roving} onPointerMove={move} onPointerUp={drop}
        onPointerDown={(e) => { const at = cornerOf(e.target as Element); if (at && e.isPrimary && e.button === 0) dragged.value = [at, at]; }}
        onPointerCancel={() => { dragged.value = null; }}>
        <thead><tr><th scope="col"><span class="unseen">{t("time")}</span></th>{nets.map((n) => <th scope="col" key={n.id}>{n.name}</th>)}</tr></thead>
        <tbody>
          {rows.map((row, time) => (
            <tr key={row.at}>
              <th scope="row">{row.label}</th>
              {nets.map((n, net) => {
                const status = row.cells.get(n.id)?.status ?? "closed";
                const busy = status === "taken" || status === "held";
                return (
                  <td key={n.id}>
                    <button data-cell={`${net} ${time}`} class={busy ? "s5" : status === "closed" ? "s0" : "s2"} aria-pressed={isDrawn(net, time)}
                      aria-label={`${nameOf({ net, time })}, ${statusName(status)}`} onClick={() => press({ net, time })}>{busy ? "●" : ""}</button>
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
