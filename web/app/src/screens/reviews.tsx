// Reviews: money that does not add up, for the staff to decide about.
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, newKey, type Review } from "../api";
import { club } from "../club";
import { Age, Empty, Heading, Skeleton, Trouble } from "../parts";
import { resource } from "../resource";
import { go } from "../router";
import { Problem } from "../send";
import { feel } from "../telegram";
import { known, money, t } from "../words";

type Verdict = NonNullable<Review["verdicts"]>[number];

export function Reviews() {
  const c = club.value!;
  const list = useMemo(() => resource<Review[]>(async () => (await done(api.GET("/api/v1/clubs/{club}/reviews", { params: { path: { club: c.id } } }))).items ?? []), [c.id]);
  const problem = useSignal<Problem | null>(null);
  const busy = useSignal(false);
  useEffect(() => { void list.load(); }, [list]);
  const resolve = async (id: number, verdict: Verdict) => {
    busy.value = true;
    problem.value = null;
    try {
      await done(api.POST("/api/v1/clubs/{club}/reviews/{id}/resolve", { params: { path: { club: c.id, id }, header: { "Idempotency-Key": newKey } }, body: { verdict } }));
      feel.result("success");
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      feel.result("error");
      problem.value = e;
    } finally {
      await list.reload();
      busy.value = false;
    }
  };
  const shown = list.state.value;
  return (
    <main>
      <Heading below={c.name}>{t("reviews")}</Heading>
      <Age of={shown} />
      <Trouble problem={problem.value ?? (shown.data ? null : shown.error)} again={shown.data ? undefined : () => void list.load()} />
      {!shown.data && !shown.error && <Skeleton rows={3} />}
      {shown.data?.length === 0 && <Empty text={t("reviews_none")} />}
      <ul class="cards">
        {(shown.data ?? []).map((r) => {
          const reason = `review_${r.reason}`;
          return (
            <li class="card feed" key={r.id}>
              <span class="what"><b>{known(reason) ? t(reason) : r.reason}</b>{r.left && <span>{t("review_left", money(r.left.minor, r.left.currency))}</span>}</span>
              <span class="pair">
                {r.booking && <button class="quiet" onClick={() => go(`booking/${r.booking}`)}>{t("booking")}</button>}
                {(r.verdicts ?? []).map((v) => <button class="quiet" key={v} disabled={busy.value} onClick={() => void resolve(r.id, v)}>{t(`verdict_${v}`)}</button>)}
              </span>
            </li>
          );
        })}
      </ul>
    </main>
  );
}
