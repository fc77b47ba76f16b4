// Draws messages. Texts of others become text nodes only.

import { element, money } from "./api.js";

const tags = { bold: "strong", italic: "em", underline: "u", strike: "s", code: "code" };

/** draw makes the list item of a message. actions is the pane: open, openApp, tap, pay, command, inline. */
export function draw(message, { person, quoted, actions }) {
  const item = element("li", message.out ? "out" : "in");
  item.dataset.id = message.id;
  if (message.note && !message.text && !message.buttons) {
    item.className = message.receipt || !/^\p{Emoji}/u.test(message.note) ? "note" : item.className;
  }
  const bubble = element("div", "bubble");
  item.append(bubble);
  if (quoted) bubble.append(element("p", "quoted", firstLine(quoted)));
  if (message.file) bubble.append(drawFile(message, person));
  if (message.invoice) bubble.append(drawInvoice(message.invoice));
  if (message.note) {
    const amount = message.receipt ? " " + money(message.receipt.amount, message.receipt.currency) : "";
    bubble.append(element("p", "aside", message.note + amount));
  }
  if (message.text) bubble.append(drawText(message, actions));
  const time = new Date(message.date * 1000);
  const stamp = element("time", "", (message.edited ? "edited " : "") + time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  stamp.dateTime = time.toISOString();
  bubble.append(stamp);
  if (message.buttons) item.append(drawButtons(message, actions));
  return item;
}

/** firstLine is the beginning of a message, for a quotation. */
export function firstLine(message) {
  return (message.text || message.note || message.file?.name || message.invoice?.title || "").split("\n")[0];
}

function drawText(message, actions) {
  const box = element("p", "text");
  const entities = message.entities ?? [];
  const cuts = new Set([0, message.text.length]);
  for (const e of entities) cuts.add(e.offset).add(e.offset + e.length);
  const at = [...cuts].sort((a, b) => a - b);
  for (let i = 0; i + 1 < at.length; i++) {
    let node = document.createTextNode(message.text.slice(at[i], at[i + 1]));
    for (const e of entities) {
      if (e.offset > at[i] || e.offset + e.length < at[i + 1]) continue;
      const outer = wrapper(e, message.text.slice(e.offset, e.offset + e.length), actions);
      outer.append(node);
      node = outer;
    }
    box.append(node);
  }
  return box;
}

function wrapper(entity, text, actions) {
  if (entity.kind === "link") return link(entity.url || text, actions);
  if (entity.kind === "command") {
    const button = element("button", "command");
    button.type = "button";
    button.addEventListener("click", () => actions.command(text));
    return button;
  }
  if (entity.kind === "spoiler") {
    const button = element("button", "spoiler");
    button.type = "button";
    button.setAttribute("aria-label", "Show the hidden text");
    button.addEventListener("click", () => { button.className = "shown"; button.removeAttribute("aria-label"); });
    return button;
  }
  return element(tags[entity.kind] ?? "span", entity.kind);
}

/** address parses a link; only web pages have one. */
export function address(text) {
  let url;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : "https://" + text);
  } catch {
    return null;
  }
  return url.protocol === "https:" || url.protocol === "http:" ? url : null;
}

/** link makes an anchor to a web page, or a button where Telegram itself would act. */
function link(text, actions, className = "") {
  const url = address(text);
  if (url && url.hostname !== "t.me") {
    const anchor = element("a", className);
    anchor.href = url.href;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
    return anchor;
  }
  const button = element("button", className || "command");
  button.type = "button";
  button.addEventListener("click", () => actions.open(text));
  return button;
}

function drawFile(message, person) {
  const anchor = element("a", "file");
  anchor.href = `api/people/${person}/files/${message.id}`;
  anchor.download = message.file.name;
  anchor.append(element("span", "icon", "↓"), element("span", "name", message.file.name), element("span", "size", size(message.file.size)));
  return anchor;
}

function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let n = bytes;
  while (n >= 1024 && units.length > 1) {
    n /= 1024;
    units.shift();
  }
  return n.toFixed(n < 10 && units[0] !== "B" ? 1 : 0) + " " + units[0];
}

function drawInvoice(invoice) {
  const box = element("div", "invoice");
  box.append(element("strong", "", invoice.title), element("span", "", invoice.about), element("b", "amount", money(invoice.amount, invoice.currency)));
  if (invoice.paid) box.append(element("em", "", "Paid"));
  return box;
}

function drawButtons(message, actions) {
  const board = element("div", "buttons");
  for (const row of message.buttons) {
    const line = element("div", "row");
    for (const b of row) line.append(drawButton(message, b, actions));
    board.append(line);
  }
  return board;
}

function drawButton(message, b, actions) {
  if (b.kind === "link") {
    const made = link(b.link, actions, "button");
    made.textContent = b.text + " ↗";
    return made;
  }
  const made = element("button", "button", b.text);
  made.type = "button";
  const act = {
    tap: () => actions.tap(message, b, made),
    pay: () => actions.pay({ message: message.id, invoice: message.invoice }),
    copy: () => actions.copy(b.link),
    app: () => actions.openApp(b.link),
    inline: () => actions.inline(b.link ?? ""),
  }[b.kind];
  if (!act) made.disabled = true;
  else made.addEventListener("click", act);
  return made;
}
