// The Mini App in a frame. This page plays Telegram: it passes the signed data, the theme and the presses of its own buttons.

import { call } from "./api.js";
import { MiniApp } from "./telegram.js";

const dialog = document.getElementById("app");
const part = (name) => dialog.querySelector(`[data-app="${name}"]`);
const [frame, main, back, theme] = ["frame", "main", "back", "theme"].map(part);
const storage = new Map(); // what the app stores on the "phone", by person
const dark = () => matchMedia("(prefers-color-scheme: dark)").matches;
let app = null;

/** openApp opens the bot's Mini App as a person does. address is that of the button; empty for the menu button. */
export async function openApp(person, address, page) {
  const start = address ? new URL(address).searchParams.get("startapp") ?? "" : "";
  const visit = await call("POST", `people/${person.id}/app`, { start });
  visit.theme = dark() ? "dark" : "light";
  if (!storage.has(person.id)) storage.set(person.id, new Map());
  app?.close();
  const pane = { ...page, person };
  app = new MiniApp(frame, visit, (what, data) => heard(what, data, pane), storage.get(person.id));
  Object.assign(main, { hidden: true, textContent: "" });
  back.textContent = "Close";
  dialog.setAttribute("aria-label", `Mini App, opened by ${person.name}`);
  dialog.showModal();
  app.open();
}

function heard(what, data, page) {
  switch (what) {
    case "main":
      Object.assign(main, { hidden: !data.is_visible, disabled: !data.is_active, textContent: data.is_progress_visible ? "…" : data.text ?? main.textContent });
      break;
    case "back":
      back.textContent = data.is_visible ? "‹ Back" : "Close";
      break;
    case "link":
      window.open(data.url, "_blank", "noopener,noreferrer");
      break;
    case "invoice":
      void payInvoice(data.slug, page);
      break;
    case "prepared":
      void sendPrepared(data.id, page);
      break;
    case "write":
      void letWrite(page);
      break;
    case "scan":
      page.toast("This page has no camera to scan with.", true);
      app.closeScan();
      break;
    case "close":
      dialog.close();
      break;
    case "fault":
      page.toast("The Mini App speaks Telegram's protocol wrongly: " + data, true);
      break;
  }
}

/** payInvoice opens the form of an invoice over the app, and tells the app how it was closed. */
async function payInvoice(slug, { person, askPayment, toast }) {
  const asked = app; // the app may be closed meanwhile
  const close = (status) => { if (app === asked) app?.closeInvoice(slug, status); };
  try {
    const card = await askPayment(await call("GET", `people/${person.id}/invoices/${slug}`), true);
    if (!card) return close("cancelled");
    if (card === "pending") close("pending");
    await call("POST", `people/${person.id}/payments`, { slug, card: card === "declined" ? card : "tok" });
    if (card !== "pending") close(card === "silent" ? "failed" : "paid");
  } catch (error) {
    toast(error.message, true);
    close("failed");
  }
}

/** sendPrepared shows what the app wants to share, and sends it into the chat with the bot. */
async function sendPrepared(id, { person, askShare, toast }) {
  const asked = app;
  const end = (error) => { if (app === asked) app?.endPrepared(error); };
  const path = `people/${person.id}/prepared/${id}`;
  try {
    if (!await askShare(await call("GET", path))) return end("USER_DECLINED");
    await call("POST", path);
    end();
  } catch (error) {
    toast(error.message, true);
    end("MESSAGE_SEND_FAILED");
  }
}

/** letWrite lets the bot write to the person and tells the app. The person of this page always agrees. */
async function letWrite({ person, toast }) {
  const asked = app;
  try {
    await call("POST", `people/${person.id}/write-access`);
    if (app === asked) app?.endWriteRequest(true);
  } catch (error) {
    toast(error.message, true);
    if (app === asked) app?.endWriteRequest(false);
  }
}

main.addEventListener("click", () => app.pressMain());
back.addEventListener("click", () => (back.textContent === "Close" ? dialog.close() : app.pressBack()));
theme.addEventListener("click", () => {
  app.visit.theme = app.visit.theme === "dark" ? "light" : "dark";
  app.setTheme(app.visit.theme);
});
dialog.addEventListener("close", () => {
  app?.close();
  app = null;
});
