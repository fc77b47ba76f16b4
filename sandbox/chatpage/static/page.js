// The page: people on the left, up to three chats beside them. The address's fragment names the open chats, so that a reload and a copied address keep them.

import { avatar, call, element, money } from "./api.js";
import { Pane } from "./pane.js";

const mostPanes = 3;
const list = document.querySelector("#people ul");
const room = document.getElementById("panes");
const hint = room.querySelector(".hint");
let people = [];
let bot = "";
let panes = [];
let source = null;

const page = {
  hasApp: false,

  close(pane) {
    show(panes.filter((p) => p !== pane).map((p) => p.person.id));
    list.querySelector(`[data-person="${pane.person.id}"]`)?.focus();
  },

  toast(text, bad = false) {
    const note = element("p", bad ? "bad" : "", text);
    document.getElementById("toasts").append(note);
    setTimeout(() => note.remove(), bad ? 8000 : 4000);
  },

  alert(text) {
    document.getElementById("alert-text").textContent = text;
    document.getElementById("alert").showModal();
  },

  /** askPayment returns the card that the person chooses, or nothing. For the Mini App it has two more choices. "silent" pays and tells the page that the payment failed. "pending" tells the page that the payment is pending, then pays. */
  askPayment({ title, amount, currency }, forApp) {
    const dialog = document.getElementById("pay");
    const stars = currency === "XTR";
    document.getElementById("pay-text").textContent = `${title}: ${money(amount, currency)}. ${stars ? "Pay with the Stars of this account?" : "No money moves here."}`;
    dialog.querySelector("[data-card]").hidden = stars;
    for (const button of dialog.querySelectorAll("[data-for-app]")) button.hidden = !forApp;
    return choose(dialog);
  },

  /** askShare returns whether the person sends the message into the chat. */
  async askShare({ title, text }) {
    document.getElementById("share-text").textContent = text || title;
    return await choose(document.getElementById("share")) === "send";
  },
};

/** choose shows a dialog and returns the value of the button that closes it. */
function choose(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue), { once: true }));
}

/** show opens exactly these chats. */
function show(ids) {
  const wanted = ids.map((id) => people.find((p) => p.id === id)).filter(Boolean).slice(-mostPanes);
  panes = wanted.map((person) => panes.find((p) => p.person.id === person.id) ?? new Pane(person, bot, page));
  room.replaceChildren(hint, ...panes.map((p) => p.root));
  hint.hidden = panes.length > 0;
  document.body.classList.toggle("chatting", panes.length > 0);
  history.replaceState(null, "", "#" + panes.map((p) => p.person.id).join(","));
  document.title = panes.length ? panes.map((p) => p.person.name).join(", ") + " · Pavilion sandbox" : "Pavilion sandbox";
  for (const button of list.querySelectorAll("[data-person]")) {
    button.setAttribute("aria-current", String(panes.some((p) => p.person.id === Number(button.dataset.person))));
  }
  listen();
}

/** listen opens the stream of the open chats. */
function listen() {
  source?.close();
  source = null;
  if (!panes.length) return;
  source = new EventSource("api/events?" + panes.map((p) => "person=" + p.person.id).join("&"));
  source.addEventListener("message", (e) => {
    const change = JSON.parse(e.data);
    panes.find((p) => p.person.id === change.person)?.apply(change);
    document.body.classList.remove("offline");
  });
  source.addEventListener("error", () => document.body.classList.add("offline"));
}

function open(person, beside) {
  const others = beside ? panes.map((p) => p.person.id).filter((id) => id !== person.id) : [];
  show([...others, person.id]);
  panes.find((p) => p.person.id === person.id)?.text.focus();
}

function drawPeople() {
  list.replaceChildren(...people.map((person) => {
    const item = element("li");
    const main = element("button", "person");
    main.dataset.person = person.id;
    const face = element("span", "avatar");
    face.setAttribute("aria-hidden", "true");
    avatar(face, person.name, person.id);
    main.append(face, element("span", "name", person.name), element("span", "role", person.role));
    main.addEventListener("click", () => open(person, false));
    const beside = element("button", "beside", "+");
    beside.setAttribute("aria-label", `Open ${person.name} beside the others`);
    beside.title = "Open beside the others";
    beside.addEventListener("click", () => open(person, true));
    item.append(main, beside);
    return item;
  }));
}

document.getElementById("new").addEventListener("submit", async (e) => {
  e.preventDefault();
  const form = e.currentTarget;
  try {
    const person = await call("POST", "people", Object.fromEntries(new FormData(form)));
    people.push(person);
    form.reset();
    drawPeople();
    open(person, false);
  } catch (error) {
    page.toast(error.message, true);
  }
});

const opened = () => location.hash.slice(1).split(",").map(Number);
window.addEventListener("hashchange", () => show(opened()));

try {
  ({ bot, people, app: page.hasApp } = await call("GET", "people"));
  drawPeople();
  show(opened());
} catch (error) {
  page.toast(error.message, true);
}
