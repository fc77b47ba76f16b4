import { MiniApp } from "./telegram.js";

const [frame, main, back] = ["app", "main", "back"].map((id) => document.getElementById(id));
const visit = await (await fetch(`/visits/${new URLSearchParams(location.search).get("visit")}`)).json();
document.documentElement.className = visit.theme === "dark" ? "dark" : "";

// heard is what the app asked for last, for tests.
const heard = { links: [], haptics: 0, ready: false, closed: false };
const app = new MiniApp(frame, visit, (what, data) => {
  switch (what) {
    case "main":
      Object.assign(main, { hidden: !data.is_visible, disabled: !data.is_active, textContent: data.is_progress_visible ? "…" : data.text ?? main.textContent });
      break;
    case "back":
      back.textContent = data.is_visible ? "‹ Back" : "Close";
      break;
    case "link":
      heard.links.push(data.url);
      break;
    case "fault":
      void fetch("/faults", { method: "POST", body: JSON.stringify(data), keepalive: true });
      break;
    case "haptic":
      heard.haptics++;
      break;
    case "ready":
    case "close":
      heard[what === "close" ? "closed" : "ready"] = true;
      break;
    default:
      heard[what] = data;
  }
});
main.addEventListener("click", () => app.pressMain());
back.addEventListener("click", () => { if (back.textContent !== "Close") app.pressBack(); });
Object.assign(window, { app, heard });
app.open();
