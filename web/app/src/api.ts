// The API as typed calls.
import type { Client } from "openapi-fetch";
import type { components, paths } from "./schema";
import { Problem, problemOf, send } from "./send";
import { session, token } from "./session";

export type Schemas = components["schemas"];
export type Club = Schemas["ClubBody"];
export type Net = Schemas["NetBody"];
export type Start = Schemas["StartBody"];
export type Starts = Schemas["StartsBody"];
export type FreeDays = Schemas["FreeDaysBody"];
export type Booking = Schemas["BookingBody"];
export type SheetBooking = Schemas["SheetBookingBody"];
export type CheckInCode = Schemas["CheckInCodeBody"];
export type Quote = Schemas["QuoteBody"];
export type Wait = Schemas["WaitBody"];
export type Payment = Schemas["PaymentBody"];
export type Feed = Schemas["FeedBody"];
export type Receipt = Schemas["ReceiptBody"];
export type Me = Schemas["MeBody"];
export type NotificationSettings = Schemas["NotificationSettingsBody"];
export type OneFile = Schemas["OneFileBody"];
export type ArchiveFile = Schemas["FileBody"];
export type ArchiveRow = Schemas["RowBody"];
export type Found = Schemas["SearchBody"];
export type Delivery = Schemas["FileDeliveryBody"];
export type Review = Schemas["ReviewBody"];
export type Closure = Schemas["ClosureBody"];
export type ClosurePreview = Schemas["ClosurePreviewBody"];
export type ClosureRun = Schemas["ClosureRunBody"];
export type PaymentSum = Schemas["PaymentSumBody"];
export type Report = Schemas["ReportBody"];
export type PayWay = Schemas["PayWayBody"];

// sameForAll are the reads whose answer does not depend on the person. They do not wait until the session is open.
const sameForAll = /\/clubs(\/\d+\/nets)?$/;

// withToken signs requests. A token that the server no longer knows is renewed once.
async function withToken(request: Request): Promise<Response> {
  if (session.value === "starting" && request.method === "GET" && sameForAll.test(new URL(request.url).pathname)) return send(request);
  const now = await token();
  if (!now) throw new Problem(session.value === "offline" ? 0 : 401, {});
  request.headers.set("Authorization", `Bearer ${now}`);
  const answer = await send(request);
  if (answer.status !== 401) return answer;
  const next = await token(true);
  if (!next) return answer;
  request.headers.set("Authorization", `Bearer ${next}`);
  return send(request);
}

// Keys of actions whose final answer is not known. A retry of the same action carries the same key, so the server does it once.
const keys = new Map<string, string>();

// newKey asks for the key of the intention: the same one until a final answer came.
export const newKey = "intention";

const isFinal = (status: number) => status < 500 && status !== 408 && status !== 425 && status !== 429;

interface Call {
  params?: { path?: Record<string, string | number>; query?: Record<string, unknown>; header?: Record<string, string> };
  body?: unknown;
  parseAs?: "json" | "blob";
  signal?: AbortSignal;
}

// call makes the calls of one method. The types of their arguments and answers are those of openapi-fetch, whose code is not in
// the page.
const call = (method: string) => async (path: string, { params = {}, body, parseAs = "json", signal }: Call = {}) => {
  const url = new URL(path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params.path![name]!)), location.origin);
  for (const [name, value] of Object.entries(params.query ?? {})) {
    for (const one of [value].flat()) if (one != null) url.searchParams.append(name, String(one));
  }
  const headers = new Headers(params.header);
  const text = body === undefined ? null : JSON.stringify(body);
  if (text) headers.set("Content-Type", "application/json");
  const action = `${method} ${url} ${text}`;
  if (headers.get("Idempotency-Key") === newKey) {
    if (!keys.has(action)) keys.set(action, crypto.randomUUID());
    headers.set("Idempotency-Key", keys.get(action)!);
  }
  const response = await withToken(new Request(url, { method, headers, body: text, signal: signal ?? null }));
  if (isFinal(response.status)) keys.delete(action);
  return { response, data: response.ok && response.status !== 204 ? ((await response[parseAs]()) as unknown) : undefined };
};

type Methods = Pick<Client<paths>, "GET" | "POST" | "PUT" | "DELETE">;

export const api = { GET: call("GET"), POST: call("POST"), PUT: call("PUT"), DELETE: call("DELETE") } as unknown as Methods;

// done returns the body of an answer, or throws its Problem.
export async function done<T>(answer: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data, response } = await answer;
  if (response.ok) return data as T;
  throw await problemOf(response);
}
