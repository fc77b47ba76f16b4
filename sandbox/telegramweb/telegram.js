// Telegram's side of a Mini App in a frame.

// The first version of the client that has a method; 1.0 where it is not listed and known.
const since = {
  web_app_data_send: "1.0", web_app_ready: "1.0", web_app_expand: "1.0", web_app_close: "1.0", web_app_setup_main_button: "1.0", web_app_request_theme: "1.0",
  web_app_request_viewport: "1.0", web_app_open_popup: "6.2", web_app_setup_closing_behavior: "6.2", web_app_setup_back_button: "6.1", web_app_open_link: "6.1",
  web_app_open_tg_link: "6.1", web_app_open_invoice: "6.1", web_app_trigger_haptic_feedback: "6.1", web_app_set_header_color: "6.1", web_app_set_background_color: "6.1",
  web_app_open_scan_qr_popup: "6.4", web_app_close_scan_qr_popup: "6.4", web_app_read_text_from_clipboard: "6.4", web_app_switch_inline_query: "6.7",
  web_app_request_write_access: "6.9", web_app_request_phone: "6.9", web_app_invoke_custom_method: "6.9", web_app_setup_settings_button: "6.10",
  web_app_setup_swipe_behavior: "7.7", web_app_setup_secondary_button: "7.10", web_app_request_safe_area: "8.0", web_app_request_content_safe_area: "8.0",
  web_app_check_home_screen: "8.0", web_app_add_to_home_screen: "8.0", web_app_send_prepared_message: "8.0",
  web_app_device_storage_save_key: "9.0", web_app_device_storage_get_key: "9.0", web_app_secure_storage_save_key: "9.0", web_app_secure_storage_get_key: "9.0",
  iframe_ready: "1.0", iframe_will_reload: "1.0",
};

// themes are the colours that clients pass; harsh is one of a person who likes it that way, and cannot be read.
export const themes = {
  light: {
    bg_color: "#ffffff", secondary_bg_color: "#f0f2f5", text_color: "#000000", hint_color: "#707579", link_color: "#3390ec", button_color: "#3390ec",
    button_text_color: "#ffffff", header_bg_color: "#ffffff", accent_text_color: "#3390ec", destructive_text_color: "#df3f40",
  },
  dark: {
    bg_color: "#212121", secondary_bg_color: "#0f0f0f", text_color: "#ffffff", hint_color: "#aaaaaa", link_color: "#8774e1", button_color: "#8774e1",
    button_text_color: "#ffffff", header_bg_color: "#212121", accent_text_color: "#8774e1", destructive_text_color: "#ff595a",
  },
  harsh: {
    bg_color: "#ffff00", secondary_bg_color: "#fefe00", text_color: "#ffffff", hint_color: "#fffde0", link_color: "#ffe680", button_color: "#ffee00",
    button_text_color: "#ffffff",
  },
};

const number = (version) => version.split(".").reduce((n, part) => n * 1000 + Number(part), 0);

// MiniApp opens an app in a frame and plays the client. It tells its listener what the app asks for:
// main {text, is_visible, is_active, is_progress_visible}, back {is_visible}, closing {need_confirmation}, swipes {allow_vertical_swipe}, link {url}, invoice {slug},
// prepared {id}, write, home (the person is asked to put the app on the home screen), scan {text}, scanned, haptic, ready, close, fault (a text). An invoice is
// answered with closeInvoice, a prepared message with endPrepared, a request to write with endWriteRequest, a scan with readQR or closeScan.
export class MiniApp {
  // visit: {app, initData, theme, version, platform, start}; storage keeps what the app stores, per person and bot.
  constructor(frame, visit, listener, storage = new Map()) {
    Object.assign(this, { frame, visit, listener, storage });
    this.origin = new URL(visit.app).origin;
    this.receive = (e) => {
      if (e.source === frame.contentWindow && e.origin === this.origin) this.handle(e.data);
    };
    addEventListener("message", this.receive);
  }

  // open loads the app. Opened again it passes the same data, as a client's "reload" does.
  open() {
    const { app, initData, theme, version, platform, start } = this.visit;
    const hash = new URLSearchParams({ tgWebAppData: initData, tgWebAppPlatform: platform, tgWebAppThemeParams: JSON.stringify(themes[theme]) });
    if (version !== "6.0") hash.set("tgWebAppVersion", version); // the first clients did not say theirs
    const url = new URL(app);
    if (start) {
      hash.set("tgWebAppStartParam", start);
      url.searchParams.set("tgWebAppStartParam", start);
    }
    url.hash = hash;
    this.frame.src = url;
  }

  close() {
    removeEventListener("message", this.receive);
    this.frame.src = "about:blank";
  }

  send(eventType, eventData) {
    this.frame.contentWindow.postMessage(JSON.stringify({ eventType, eventData }), this.origin);
  }

  setTheme(name) {
    this.send("theme_changed", { theme_params: themes[name] });
  }

  pressMain() {
    this.send("main_button_pressed", null);
  }

  pressBack() {
    this.send("back_button_pressed", null);
  }

  // closeInvoice tells the app how the form of an invoice was closed: paid, cancelled, failed or pending. It is no proof: clients also say failed or
  // cancelled although the money was taken.
  closeInvoice(slug, status) {
    this.send("invoice_closed", { slug, status });
  }

  // endPrepared tells the app that a prepared message was sent, or why not.
  endPrepared(error) {
    if (error) this.send("prepared_message_failed", { error });
    else this.send("prepared_message_sent", null);
  }

  // endWriteRequest tells the app whether the person lets the bot write.
  endWriteRequest(allowed) {
    this.send("write_access_requested", { status: allowed ? "allowed" : "cancelled" });
  }

  // readQR tells the app what the camera read. The scanner stays open until the app closes it.
  readQR(data) {
    this.send("qr_text_received", { data });
  }

  // closeScan tells the app that the person closed the scanner.
  closeScan() {
    this.send("scan_qr_popup_closed", null);
  }

  handle(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return this.listener("fault", `not a message: ${text}`);
    }
    const { eventType: method, eventData: data } = message;
    if (!(method in since)) return this.listener("fault", `there is no method ${method}`);
    if (number(since[method]) > number(this.visit.version)) return this.listener("fault", `${method} is newer than this client, ${this.visit.version}`);
    const edges = { top: 0, bottom: 0, left: 0, right: 0 };
    switch (method) {
      case "iframe_ready":
        return this.send("set_custom_style", "");
      case "web_app_ready":
        return this.listener("ready");
      case "web_app_close":
        return this.listener("close");
      case "web_app_setup_main_button":
        return this.listener("main", data);
      case "web_app_setup_back_button":
        return this.listener("back", data);
      case "web_app_setup_closing_behavior":
        return this.listener("closing", data);
      case "web_app_trigger_haptic_feedback":
        return this.listener("haptic", data);
      case "web_app_open_link":
        return this.listener("link", data);
      case "web_app_open_invoice":
        if (!/^[\w-]+$/.test(data?.slug ?? "")) return this.listener("fault", `${method} without the slug of a link`);
        return this.listener("invoice", data);
      case "web_app_send_prepared_message":
        if (!data?.id) return this.listener("fault", `${method} without the id of a message`);
        return this.listener("prepared", data);
      case "web_app_request_write_access":
        return this.listener("write", true);
      case "web_app_open_scan_qr_popup":
        if ((data?.text ?? "").length > 64) return this.listener("fault", `${method} with a text of more than 64 characters`);
        return this.listener("scan", data ?? {});
      case "web_app_close_scan_qr_popup":
        return this.listener("scanned", true);
      case "web_app_check_home_screen":
        if (this.visit.platform.startsWith("web")) return this.send("home_screen_checked", { status: "unsupported" });
        return this.send("home_screen_checked", { status: this.storage.has("home screen") ? "added" : "missed" });
      case "web_app_add_to_home_screen":
        if (this.visit.platform.startsWith("web")) return this.send("home_screen_failed", { error: "UNSUPPORTED" });
        this.storage.set("home screen", "added");
        this.listener("home", true);
        return this.send("home_screen_added", null);
      case "web_app_setup_swipe_behavior":
        return this.listener("swipes", data);
      case "web_app_request_theme":
        return this.setTheme(this.visit.theme);
      case "web_app_request_viewport":
        return this.send("viewport_changed", { height: this.frame.clientHeight, width: this.frame.clientWidth, is_state_stable: true, is_expanded: true });
      case "web_app_request_safe_area":
        return this.send("safe_area_changed", edges);
      case "web_app_request_content_safe_area":
        return this.send("content_safe_area_changed", edges);
      case "web_app_secure_storage_get_key":
        if (this.visit.platform.startsWith("web")) return this.send("secure_storage_failed", { req_id: data.req_id, error: "UNSUPPORTED" });
        return this.send("secure_storage_key_received", { req_id: data.req_id, value: this.storage.get(data.key) ?? null, can_restore: false });
      case "web_app_secure_storage_save_key":
        if (this.visit.platform.startsWith("web")) return this.send("secure_storage_failed", { req_id: data.req_id, error: "UNSUPPORTED" });
        if (data.value === null) this.storage.delete(data.key);
        else this.storage.set(data.key, data.value);
        return this.send("secure_storage_key_saved", { req_id: data.req_id });
    }
  }
}
