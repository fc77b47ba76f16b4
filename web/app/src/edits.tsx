// Edits of a list that admins replace as a whole, such as the prices of a club.
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { isAdmin } from "./club";
import { Trouble, useAct, useAskBeforeClosing } from "./parts";
import type { Resource } from "./resource";
import { Problem } from "./send";
import type { Step } from "./telegram";
import { t } from "./words";

export type Edit<T> = (items: T[]) => T[];

interface List<T> {
  items: T[] | null;
  version: number;
}

export type Edits<T> = ReturnType<typeof useEdits<T, List<T>>>;

// useEdits stores a person's edits separately from the server's list, and can apply them again after another admin changed the list. put replaces the list if
// it still has the given version.
export function useEdits<T, L extends List<T>>(list: Resource<L>, put: (items: T[], version: number) => Promise<L>) {
  const edits = useSignal<Edit<T>[]>([]);
  const changed = useSignal(false); // by another admin, meanwhile
  const saved = useSignal(false);
  const { act, busy, problem } = useAct();
  const unsaved = edits.value.length > 0;
  useEffect(() => { void list.load(); }, [list]);
  useAskBeforeClosing(unsaved);
  const { data } = list.state.value;
  const items = edits.value.reduce((now, edit) => edit(now), data?.items ?? []);
  const save = () => act(async () => {
    try {
      list.set(await put(items, data!.version));
      edits.value = [];
      changed.value = false;
      saved.value = true;
    } catch (e) {
      if (e instanceof Problem && e.code === "changed") {
        await list.reload();
        changed.value = true;
      }
      throw e;
    }
  });
  const step: Step | null = isAdmin.value && unsaved ? { text: t("save"), busy: !!busy, press: () => void save() } : null;
  return {
    items, unsaved, step,
    add: (edit: Edit<T>) => { edits.value = [...edits.value, edit]; saved.value = false; },
    undo: () => { edits.value = edits.value.slice(0, -1); },
    busy: !!busy, changed: changed.value, saved: saved.value,
    problem: changed.value && problem?.code === "changed" ? null : problem, // the page says it by itself
  };
}

// EditsState says what became of the edits. changed is the sentence for a change of another admin.
export function EditsState<T>({ of, changed, problem }: { of: Edits<T>; changed: string; problem?: Problem | null }) {
  return (
    <>
      {of.changed && <p class="notice" role="status">{changed}</p>}
      <Trouble problem={problem ?? of.problem} />
      {of.saved && <p class="notice good" role="status">{t("saved")}</p>}
      {of.unsaved && <div class="actions"><button class="quiet" disabled={of.busy} onClick={of.undo}>{t("undo")}</button></div>}
    </>
  );
}
