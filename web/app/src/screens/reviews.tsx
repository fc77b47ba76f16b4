// Reviews: money that does not add up, for the staff to decide about.
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type Review } from "../api";
import { club } from "../club";
import { Age, Empty, Heading, Sure, Trouble, useAct, Waiting } from "../parts";
import { resource } from "../resource";
import { go } from "../router";
import { known, money, t } from "../words";

type Verdict = NonNullable<Review["verdicts"]>[number];

const reviewsOf = (id: number) => resource<Review[]>(async () => {
  const answer = await done(api.GET("/api/v1/clubs/{club}/reviews", { params: { path: { club: id } } }));
  return answer.items ?? [];
});

export function Reviews() {
  const c = club.value!;
  const list = useMemo(() => reviewsOf(c.id), [c.id]);
  const { act, busy, problem } = useAct(list.reload);
  useEffect(() => { void list.load(); }, [list]);
  const shown = list.state.value;
  const resolve = (id: number, verdict: Verdict) => void act(() => done(api.POST("/api/v1/clubs/{club}/reviews/{id}/resolve", {
    params: { path: { club: c.id, id }, header: { "Idempotency-Key": newKey } }, body: { verdict },
  })));
  return (
    <main>
      <Heading below={c.name}>{t("reviews")}</Heading>
      <Age of={shown} />
      <Trouble problem={problem} />
      <Waiting of={list} rows={3} />
      {shown.data?.length === 0 && <Empty text={t("reviews_none")} />}
      <ul class="cards">
        {(shown.data ?? []).map((r) => <Case key={r.id} review={r} busy={!!busy} resolve={(v) => resolve(r.id, v)} />)}
      </ul>
    </main>
  );
}

// Case is one review. A refund needs a second tap on a button with the amount.
function Case({ review: r, busy, resolve }: { review: Review; busy: boolean; resolve: (v: Verdict) => void }) {
  const asks = useSignal(false);
  const reason = `review_${r.reason}`;
  const left = r.left && money(r.left.minor, r.left.currency);
  return (
    <li class="card feed">
      <span class="what"><b>{known(reason) ? t(reason) : r.reason}</b>{left && <span>{t("review_left", left)}</span>}</span>
      {asks.value ? (
        <Sure text={t("refund_sure", left ?? "")} yes={t("refund_yes")} no={t("refund_no")} busy={busy}
          press={() => resolve("refund")} close={() => { asks.value = false; }} />
      ) : (
        <span class="pair">
          {r.booking && <button class="quiet" onClick={() => go(`booking/${r.booking}`)}>{t("booking")}</button>}
          {(r.verdicts ?? []).map((v) => (
            <button class="quiet" key={v} disabled={busy} onClick={() => { if (v === "refund") asks.value = true; else resolve(v); }}>
              {t(`verdict_${v}`)}
            </button>
          ))}
        </span>
      )}
    </li>
  );
}
