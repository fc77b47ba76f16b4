// A pane: the chat of one person with the bot.

import { avatar, call, element } from "./api.js";
import { openApp } from "./app.js";
import { address, draw, firstLine } from "./message.js";

const inlineDelay = 300; // after the last key, in ms

export class Pane {
  #messages = new Map();
  #items = new Map();
  #reply = null;
  #timer = 0;
  #shift = false; // with the last key

  /** The page gives: the person, the bot's name, and close, toast, alert and askPayment. */
  constructor(person, bot, page) {
    this.person = person;
    this.bot = bot;
    this.page = page;
    this.root = document.getElementById("pane").content.cloneNode(true).firstElementChild;
    this.root.setAttribute("aria-label", person.name);
    this.root.dataset.person = person.id;
    const part = (selector) => this.root.querySelector(selector);
    this.log = part("ol");
    this.text = part("textarea");
    this.form = part("form");
    this.bar = part(".reply");
    this.results = part(".results");
    this.startButton = part(".start");
    this.menu = part(".menu");
    part("h2").textContent = person.name;
    part("header p").textContent = "chats with @" + bot;
    avatar(part(".avatar"), person.name, person.id);
    part(".app").hidden = !page.hasApp;
    part(".app").addEventListener("click", () => this.openApp(""));
    part(".close").addEventListener("click", () => page.close(this));
    this.form.addEventListener("submit", (e) => { e.preventDefault(); this.#submit(); });
    this.text.addEventListener("keydown", (e) => this.#key(e));
    this.text.addEventListener("beforeinput", (e) => { if (e.inputType === "insertLineBreak" && !this.#shift) e.preventDefault(); });
    this.text.addEventListener("input", () => this.#typed());
    this.startButton.addEventListener("click", () => this.command("/start"));
    this.menu.addEventListener("click", () => this.#toggleMenu());
    this.results.addEventListener("keydown", (e) => { if (e.key === "Escape") { this.#hideResults(); this.text.focus(); } });
    part(".reply button").addEventListener("click", () => this.#answer(null));
  }

  /** apply draws an event of the stream. */
  apply(change) {
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120;
    if (change.full) {
      this.#messages.clear();
      this.#items.clear();
      this.log.replaceChildren();
    }
    for (const id of change.gone) {
      this.#items.get(id)?.remove();
      this.#items.delete(id);
      this.#messages.delete(id);
      if (this.#reply?.id === id) this.#answer(null);
    }
    let newest = null;
    for (const message of change.messages) {
      if (!this.#messages.has(message.id)) newest = message;
      this.#messages.set(message.id, message);
      this.#place(message);
    }
    this.#markDays();
    if (newest && !newest.out) this.#answer(newest.asks ? newest : this.#reply);
    this.startButton.hidden = this.#messages.size > 0;
    this.form.hidden = this.#messages.size === 0;
    if (change.full || atEnd || newest?.out) this.log.scrollTop = this.log.scrollHeight;
  }

  #place(message) {
    const item = draw(message, { person: this.person.id, quoted: this.#messages.get(message.reply), actions: this });
    const old = this.#items.get(message.id);
    this.#items.set(message.id, item);
    if (old) {
      const focused = [...old.querySelectorAll(".button")].indexOf(document.activeElement);
      old.replaceWith(item);
      if (focused >= 0) {
        const buttons = item.querySelectorAll(".button");
        (buttons[focused] ?? buttons[0] ?? this.text).focus();
      }
      return;
    }
    const next = [...this.#items.keys()].filter((id) => id > message.id).sort((a, b) => a - b)[0];
    this.log.insertBefore(item, this.#items.get(next) ?? null);
  }

  /** The first message of a day shows the date. */
  #markDays() {
    let last = "";
    for (const item of this.log.children) {
      const day = new Date(this.#messages.get(Number(item.dataset.id)).date * 1000).toLocaleDateString([], { day: "numeric", month: "long" });
      if (day !== last) item.dataset.day = day;
      else delete item.dataset.day;
      last = day;
    }
  }

  #answer(message) {
    this.#reply = message;
    this.bar.hidden = !message;
    if (!message) return;
    this.bar.firstElementChild.textContent = "Reply to: " + firstLine(message);
    const focus = document.activeElement; // stays where another chat has it
    if (focus === document.body || this.root.contains(focus)) this.text.focus();
  }

  #key(e) {
    this.#shift = e.shiftKey;
    if (e.key === "Enter" && !e.shiftKey && !e.isComposing) {
      e.preventDefault();
      this.#submit();
    } else if (e.key === "Escape") {
      this.#hideResults();
      this.#answer(null);
    } else if (e.key === "ArrowUp" && !this.results.hidden) {
      e.preventDefault();
      this.results.querySelector("button:last-of-type")?.focus();
    }
  }

  async #submit() {
    const text = this.text.value;
    if (!text.trim()) return;
    const reply = this.#reply?.id;
    this.text.value = "";
    this.#hideResults();
    this.#answer(null);
    if (!await this.#try(() => this.#call("POST", "messages", { text, reply }))) this.text.value ||= text;
  }

  #call(method, path, body) {
    return call(method, `people/${this.person.id}/${path}`, body);
  }

  /** #try shows an error; it returns false then. */
  async #try(act) {
    try {
      return await act() ?? true;
    } catch (error) {
      this.page.toast(error.message, true);
      return false;
    }
  }

  /** command sends a command. */
  command(text) {
    this.#try(() => this.#call("POST", "messages", { text }));
    this.text.focus();
  }

  /** tap taps a button and shows the bot's answer. */
  async tap(message, button, made) {
    made.setAttribute("aria-busy", "true");
    const answer = await this.#try(() => this.#call("POST", "taps", { message: message.id, data: button.data }));
    made.removeAttribute("aria-busy");
    if (!answer) return;
    if (answer.url) this.open(answer.url);
    if (answer.text && answer.alert) this.page.alert(answer.text);
    else if (answer.text) this.page.toast(answer.text);
  }

  /** openApp opens the bot's Mini App. */
  openApp(address) {
    this.#try(() => openApp(this.person, address, this.page));
  }

  /** open follows a link as a client does: into the chat, or in a new tab. */
  open(text) {
    const url = address(text);
    if (url?.hostname === "t.me") {
      const [, name, rest] = url.pathname.split("/");
      const start = url.searchParams.get("start");
      if (name === this.bot) this.command(start ? "/start " + start : "/start");
      else if (name.startsWith("$")) this.pay({ slug: name.slice(1) });
      else if (name === "invoice" && rest) this.pay({ slug: rest });
      else this.page.toast("This link leads to another chat in Telegram, which this page does not have.", true);
    } else if (url) {
      window.open(url.href, "_blank", "noopener,noreferrer");
    } else {
      this.page.toast("This link cannot be opened here.", true);
    }
  }

  async pay({ message, slug, invoice }) {
    const bill = invoice ?? await this.#try(() => this.#call("GET", "invoices/" + slug));
    const card = bill && await this.page.askPayment(bill);
    if (!card) return;
    if (await this.#try(() => this.#call("POST", "payments", { message, slug, card }))) this.page.toast("Paid.");
  }

  async copy(text) {
    if (await this.#try(() => navigator.clipboard.writeText(text))) this.page.toast("Copied.");
  }

  /** inline begins an inline query. */
  inline(query) {
    this.text.value = `@${this.bot} ${query}`;
    this.text.focus();
    this.#typed();
  }

  #typed() {
    clearTimeout(this.#timer);
    const begin = `@${this.bot} `;
    if (this.text.value === "/") this.#toggleMenu(true);
    else if (this.text.value.startsWith(begin)) this.#timer = setTimeout(() => this.#askInline(this.text.value.slice(begin.length)), inlineDelay);
    else this.#hideResults();
  }

  async #askInline(query) {
    const found = await this.#try(() => this.#call("GET", "inline?q=" + encodeURIComponent(query)));
    if (!found || !this.text.value.endsWith(query)) return;
    const rows = found.results.map((r) => this.#row(r.title, r.about, () => {
      this.text.value = "";
      this.#try(() => this.#call("POST", "inline", { query: found.query, result: r.id }));
    }));
    if (found.hint) rows.unshift(this.#row(found.hint, "", () => { this.text.value = ""; this.command("/start " + found.start); }));
    this.#showResults(rows, "Nothing found.");
  }

  async #toggleMenu(open = this.menu.getAttribute("aria-expanded") !== "true") {
    if (!open) return this.#hideResults();
    const list = await this.#try(() => this.#call("GET", "commands"));
    if (!list) return;
    this.#showResults(list.map((c) => this.#row("/" + c.name, c.about, () => { this.text.value = ""; this.command("/" + c.name); })), "The bot has no commands.");
    this.menu.setAttribute("aria-expanded", "true");
  }

  #row(title, about, act) {
    const row = element("button");
    row.type = "button";
    row.append(element("strong", "", title), element("span", "", about));
    row.addEventListener("click", () => { this.#hideResults(); act(); this.text.focus(); });
    return row;
  }

  #showResults(rows, none) {
    this.results.replaceChildren(...(rows.length ? rows : [element("p", "", none)]));
    this.results.hidden = false;
  }

  #hideResults() {
    clearTimeout(this.#timer);
    this.results.hidden = true;
    this.menu.setAttribute("aria-expanded", "false");
  }
}
