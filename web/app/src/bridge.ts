// The protocol with Telegram's clients: the methods that the page calls, and the events that clients send. @tma.js/bridge describes both as types. Its code
// is not in the page, of which it would be an eighth.
import type { EventName, EventPayload, MethodName, PostEventFn } from "@tma.js/bridge";
import methods from "./methods.json"; // the first version of each; the build compares them with those that the bridge knows

export type Method = MethodName & keyof typeof methods;

const number = (version: string) => {
  const [major, minor] = version.split(".").map(Number);
  return major! * 1000 + minor!;
};

export const supports = (method: Method, version: string) => number(version) >= number(methods[method]);

// webClient is the origin of the client that may frame the page.
const webClient = document.querySelector<HTMLMetaElement>('meta[name="telegram-web"]')!.content;
const framed = parent !== window;

const client = window as unknown as {
  TelegramWebviewProxy?: { postEvent: (method: string, params: string) => void };
  Telegram?: object;
  TelegramGameProxy?: object;
  TelegramGameProxy_receiveEvent?: typeof receive;
};

// postEvent calls a method of the client: the web client around the frame, or the client that holds the web view.
export const postEvent = ((eventType: string, eventData: unknown = "") => {
  if (framed) parent.postMessage(JSON.stringify({ eventType, eventData }), webClient);
  else client.TelegramWebviewProxy?.postEvent(eventType, JSON.stringify(eventData));
}) as PostEventFn;

type Hear = (payload: unknown) => void;

const heard = new Map<string, Set<Hear>>();

// on hears an event until the returned function is called.
export function on<E extends EventName>(event: E, hear: (payload: EventPayload<E>) => void): () => void {
  if (!heard.has(event)) heard.set(event, new Set());
  const all = heard.get(event)!.add(hear as Hear);
  return () => void all.delete(hear as Hear);
}

function receive(event: string, payload: unknown) {
  for (const hear of [...(heard.get(event) ?? [])]) hear(payload);
}

// A client that holds the web view calls a function, whose name depends on its age. The web client sends messages; those of other windows are ignored.
client.Telegram = { WebView: { receiveEvent: receive } };
client.TelegramGameProxy = { receiveEvent: receive };
client.TelegramGameProxy_receiveEvent = receive;
addEventListener("message", (e) => {
  if (!framed || e.source !== parent || e.origin !== webClient) return;
  const { eventType, eventData } = parsed(e.data);
  if (eventType) receive(eventType, eventData);
});

function parsed(message: unknown): { eventType?: string; eventData?: unknown } {
  try {
    return (JSON.parse(message as string) as object | null) ?? {};
  } catch {
    return {}; // no message of the protocol
  }
}
