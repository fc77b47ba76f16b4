// Sheet: a dialog over a screen. It takes the focus and gives it back.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { goBack } from "../router";
import { t } from "../words";

export function Sheet({ title, children }: { title: ComponentChildren; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const d = dialog.current!;
    const from = document.activeElement as HTMLElement | null;
    if (!d.open) d.showModal();
    return () => from?.isConnected && from.focus();
  }, []);
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="sheet" onCancel={(e) => { e.preventDefault(); goBack(); }}
      onClick={(e) => { if (e.target === dialog.current) goBack(); }}>
      <div class="inner">
        <header>
          <h2 id="sheet">{title}</h2>
          <button class="close" aria-label={t("close")} onClick={goBack}>×</button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
