// Calendar: addresses under which calendar programs read bookings. An address is shown once, when it is made.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, type Feed } from "../api";
import { allNets, club, isStaff, netName, nets } from "../club";
import { Age, announce, Heading, Trouble, useAct, Waiting } from "../parts";
import { resource } from "../resource";
import { inTelegram, openLink } from "../telegram";
import { shortDay, t } from "../words";

type Kind = Feed["kind"];

// Wish is a calendar that the person can have.
interface Wish {
  kind: Kind;
  net?: number;
  name: string;
}

const feedsOf = (id: number) => resource<Feed[]>(async () => {
  const answer = await done(api.GET("/api/v1/clubs/{club}/calendars", { params: { path: { club: id } } }));
  return answer.items ?? [];
});

export function Calendar() {
  const c = club.value!;
  const feeds = useMemo(() => feedsOf(c.id), [c.id]);
  const made = useSignal<Record<number, string>>({}); // addresses by feed, while this screen is open
  const { act, busy, problem } = useAct(feeds.reload);
  useEffect(() => { void feeds.load(); void nets.value.load(); }, [feeds]);
  const shown = feeds.state.value;
  const wishes: Wish[] = [
    { kind: "member", name: t("my_bookings") }, ...(isStaff.value ? [{ kind: "staff" as Kind, name: t("calendar_staff") }] : []),
    ...allNets().map((n) => ({ kind: "net" as Kind, net: n.id, name: netName(n.id) })),
  ];
  const make = (w: Wish) => act(async () => {
    const f = await done(api.POST("/api/v1/clubs/{club}/calendars", {
      params: { path: { club: c.id } }, body: { kind: w.kind, ...(w.net ? { net: w.net } : {}) },
    }));
    made.value = { ...made.value, [f.id]: location.origin + f.path };
    announce(t("calendar_once"));
  });
  const revoke = (f: Feed) => act(async () => {
    await done(api.DELETE("/api/v1/clubs/{club}/calendars/{id}", { params: { path: { club: c.id, id: f.id } } }));
  });
  return (
    <main>
      <Heading below={c.name}>{t("calendars")}</Heading>
      <p class="hint">{t("calendar_how")}</p>
      <Age of={shown} />
      <Trouble problem={problem} />
      <Waiting of={feeds} rows={3} />
      {shown.data && (
        <ul class="cards">
          {wishes.map((w) => {
            const f = shown.data!.find((x) => x.kind === w.kind && (x.net ?? 0) === (w.net ?? 0));
            const address = f && made.value[f.id];
            const button = (key: "calendar_make" | "calendar_renew" | "calendar_revoke", press: () => void, kind = "quiet") => (
              <button class={kind} disabled={!!busy} aria-label={`${t(key)}: ${w.name}`} onClick={press}>{t(key)}</button>
            );
            return (
              <li class="card feed" key={w.name}>
                <span class="what"><b>{w.name}</b>{f && <small>{t("calendar_since", shortDay(new Date(f.created_at), c.time_zone))}</small>}</span>
                {f ? (
                  <span class="pair">
                    {button("calendar_renew", () => void make(w))}
                    {button("calendar_revoke", () => void revoke(f), "quiet danger")}
                  </span>
                ) : button("calendar_make", () => void make(w))}
                {address && <Address url={address} name={`${w.name} · ${c.name}`} />}
              </li>
            );
          })}
        </ul>
      )}
    </main>
  );
}

const outlook = "https://outlook.live.com/calendar/0/addfromweb";

// Address is a new address: to copy, or to hand to a calendar.
function Address({ url, name }: { url: string; name: string }) {
  const field = useRef<HTMLInputElement>(null);
  const copied = useSignal(false);
  const copy = async () => {
    field.current!.select();
    try {
      await navigator.clipboard.writeText(url);
      copied.value = true;
      announce(t("copied"));
    } catch {
      // a frame may not write to the clipboard; the address is selected, to be copied by hand
    }
  };
  const webcal = url.replace(/^https?:/, "webcal:");
  return (
    <div class="address">
      <p class="notice good" role="status">{t("calendar_once")}</p>
      <div class="row">
        <input ref={field} readOnly value={url} aria-label={t("calendar_address", name)} onFocus={(e) => e.currentTarget.select()} />
        <button class="quiet" onClick={() => void copy()}>{t(copied.value ? "copied" : "copy")}</button>
      </div>
      <div class="actions">
        <button class="quiet" onClick={() => openLink(`https://calendar.google.com/calendar/r?cid=${encodeURIComponent(webcal)}`)}>Google</button>
        <button class="quiet" onClick={() => { if (inTelegram()) openLink(url); else open(webcal); }}>Apple</button>
        <button class="quiet" onClick={() => openLink(`${outlook}?url=${encodeURIComponent(url)}&name=${encodeURIComponent(name)}`)}>Outlook</button>
      </div>
    </div>
  );
}
