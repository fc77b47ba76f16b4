// The names of the guests, on the sheet of a time and on a booking.
import { useState } from "preact/hooks";
import { t } from "../words";

// Names lists the guests, to add and remove them. save takes the whole list, and tells whether it was stored.
export function Names({ names, busy, save }: { names: string[]; busy: boolean; save: (names: string[]) => Promise<boolean> }) {
  const [name, setName] = useState("");
  const add = (e: Event) => {
    e.preventDefault();
    if (name.trim()) void save([...names, name.trim()]).then((ok) => { if (ok) setName(""); });
  };
  return (
    <>
      {names.map((g, i) => (
        <p key={i}>
          <bdi>{g}</bdi>
          <button class="close" aria-label={t("remove", g)} disabled={busy} onClick={() => void save(names.filter((_, j) => j !== i))}>×</button>
        </p>
      ))}
      <form onSubmit={add}>
        <input aria-label={t("guest_name")} placeholder={t("guest_name")} maxLength={60} value={name} enterKeyHint="done"
          onInput={(e) => setName(e.currentTarget.value)} />
        <button class="quiet" disabled={!name.trim() || busy}>{t("add")}</button>
      </form>
    </>
  );
}
