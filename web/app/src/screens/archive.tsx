// Archive: search as it is typed, and the results by title.
import { useEffect, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import { api, done, type ArchiveFile, type ArchiveRow, type Found } from "../api";
import { Choice, Heading, Skeleton, Trouble } from "../parts";
import { go } from "../router";
import { Problem } from "../send";
import { feel, openLink } from "../telegram";
import { fileSize, known, t } from "../words";

const typedEvery = 250; // ms without a key before a search

type Dimension = "kind" | "season" | "resolution" | "language" | "year";

const dimensions: Dimension[] = ["kind", "season", "resolution", "language", "year"];

// The search outlives the screen, so that Back from a file shows the results again.
const text = signal("");
const selection = signal<Partial<Record<Dimension, string>>>({});
const found = signal<{ data?: Found; problem?: Problem; busy?: boolean }>({});
let asking = new AbortController();

async function search(typing: boolean, after?: Found) {
  asking.abort();
  const { signal: stop } = asking = new AbortController();
  const words = text.value.trim();
  if (!words) {
    found.value = {};
    return;
  }
  found.value = { ...found.value, busy: true };
  try {
    const query = { text: words, ...selection.value, ...(typing ? { typing } : {}), ...(after?.next ? { after: after.next } : {}) } as { text: string };
    const data = await done(api.GET("/api/v1/archive/search", { params: { query }, signal: stop }));
    found.value = { data: after ? { ...data, rows: [...(after.rows ?? []), ...(data.rows ?? [])] } : data };
  } catch (e) {
    if (stop.aborted) return;
    if (!(e instanceof Problem)) throw e;
    found.value = { ...(after ? { data: after } : {}), problem: e };
  }
}

export function Archive() {
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const { data, problem, busy } = found.value;
  const look = (words: string, typing: boolean) => {
    text.value = words;
    selection.value = {};
    clearTimeout(timer.current);
    if (typing) timer.current = window.setTimeout(() => void search(true), typedEvery);
    else void search(false);
  };
  const select = (d: Dimension, value: string) => {
    feel.choice();
    selection.value = { ...selection.value, [d]: selection.value[d] === value ? undefined : value };
    void search(false);
  };
  const other = data?.suggestion || data?.fewer;
  const none = data && (data.rows ?? []).length === 0 && text.value.trim() !== "";
  return (
    <main>
      <Heading>{t("archive")}</Heading>
      <form role="search" class="row" onSubmit={(e) => { e.preventDefault(); look(text.value, false); }}>
        <input type="search" aria-label={t("search")} placeholder={t("search")} maxLength={200} value={text.value} enterKeyHint="search"
          onInput={(e) => look(e.currentTarget.value, true)} />
        <button class="quiet">{t("search_now")}</button>
      </form>
      <Trouble problem={problem} again={() => void search(false)} />
      <Join problem={problem} />
      {!text.value.trim() && <p class="hint">{t("archive_how")}</p>}
      {busy && !data && <Skeleton rows={5} />}
      {!!data?.missing?.length && <p class="notice" role="status">{t("archive_partial")} ({data.missing.join(", ")})</p>}
      {none && (
        <div class="empty" role="status">
          <p>{t("archive_none")}</p>
          {other && <button class="quiet" onClick={() => look(other, false)}>{t("did_you_mean", other)}</button>}
        </div>
      )}
      {data && !none && (
        <>
          {dimensions.map((d) => <Filter key={d} of={d} found={data} select={(v) => select(d, v)} />)}
          <p class="hint" role="status">
            {t(data.capped ? "files_more" : "files_found", data.total)}
            {data.quota.limit > 0 && ` · ${t("quota_left", data.quota.left)}`}
          </p>
          <ul class="cards" aria-busy={busy}>{(data.rows ?? []).map((r) => <Row key={r.files![0]!.id} row={r} />)}</ul>
          {data.next && <div class="actions"><button class="quiet" disabled={busy} onClick={() => void search(false, data)}>{t("more")}</button></div>}
        </>
      )}
    </main>
  );
}

// Filter is a choice of the values of a dimension. The chosen value stays in the list; another tap removes the filter.
function Filter({ of: d, found: data, select }: { of: Dimension; found: Found; select: (value: string) => void }) {
  const values = (data.facets ?? []).filter((f) => f.dimension === d).map((f) => f.value);
  const chosen = selection.value[d];
  const all = chosen && !values.includes(chosen) ? [chosen, ...values] : values;
  if (all.length <= (chosen ? 0 : 1)) return null;
  return (
    <div class="filters">
      <Choice name={t(`facet_${d}`)} options={all} value={chosen ?? ""} label={(v) => facetName(d, v)} choose={select} />
    </div>
  );
}

// Join lists the channels that a refusal names.
export function Join({ problem }: { problem: Problem | null | undefined }) {
  const channels = problem?.members.join ?? [];
  if (channels.length === 0) return null;
  return <div class="actions">{channels.map((c) => <button class="quiet" key={c.link} onClick={() => openLink(c.link)}>{c.title}</button>)}</div>;
}

function facetName(d: Dimension, value: string): string {
  const key = `kind_${value}`;
  if (d === "kind" && known(key)) return t(key);
  if (d === "season") return t("season", value);
  return d === "resolution" ? `${value}p` : value;
}

const openFile = (f: ArchiveFile) => go(`file/${f.id}/${f.channel}/${f.message}`);

// Row is a title. Its versions are one tap away.
function Row({ row }: { row: ArchiveRow }) {
  const [best, ...others] = row.files ?? [];
  const more = [...others, ...(row.subtitles ?? [])];
  return (
    <li class="title">
      <FileCard file={best!} name={row.title || best!.name} />
      {more.length > 0 && (
        <details>
          <summary>{t("versions", more.length)}</summary>
          <ul class="cards">{more.map((f) => <li key={`${f.id} ${f.message}`}><FileCard file={f} name={f.name} /></li>)}</ul>
        </details>
      )}
    </li>
  );
}

// Picture is a file's tiny picture. Its name and kind stand beside it.
export function Picture({ thumb }: { thumb: string }) {
  return <span class="leaf picture"><img src={`data:image/jpeg;base64,${thumb}`} alt="" /></span>;
}

const signs: Record<string, string> = { video: "▶", audio: "♪", photo: "▣", document: "≡" };

// FileCard is a file that a tap opens.
export function FileCard({ file: f, name }: { file: ArchiveFile; name: string }) {
  const kind = `kind_${f.kind}`;
  return (
    <button class="card" onClick={() => openFile(f)}>
      {f.thumb ? <Picture thumb={f.thumb} /> : <span class="leaf sign" aria-hidden="true">{signs[f.kind]}</span>}
      <span class="what"><b><bdi>{name || t("file")}</bdi></b><small>{known(kind) ? t(kind) : f.kind} · {fileSize(f.size)}</small></span>
    </button>
  );
}
