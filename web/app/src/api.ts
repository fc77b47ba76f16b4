// The API as typed calls.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";
import { Problem, problemOf, send } from "./send";
import { token } from "./session";

export type Schemas = components["schemas"];
export type Club = Schemas["ClubBody"];
export type Net = Schemas["NetBody"];
export type Start = Schemas["StartBody"];
export type Starts = Schemas["StartsBody"];
export type FreeDays = Schemas["FreeDaysBody"];
export type Booking = Schemas["BookingBody"];
export type SheetBooking = Schemas["SheetBookingBody"];
export type Quote = Schemas["QuoteBody"];
export type Wait = Schemas["WaitBody"];
export type Payment = Schemas["PaymentBody"];
export type Feed = Schemas["FeedBody"];
export type Receipt = Schemas["ReceiptBody"];
export type Me = Schemas["MeBody"];
export type NotificationSettings = Schemas["NotificationSettingsBody"];
export type ArchiveFile = Schemas["FileBody"];
export type ArchiveRow = Schemas["RowBody"];
export type Found = Schemas["SearchBody"];
export type Delivery = Schemas["FileDeliveryBody"];
export type Review = Schemas["ReviewBody"];
export type Closure = Schemas["ClosureBody"];
export type ClosureFigures = Schemas["ClosureFigures"];
export type ClosureRun = Schemas["ClosureRunBody"];
export type PaymentSum = Schemas["PaymentSumBody"];
export type Report = Schemas["ReportBody"];
export type PayWay = Schemas["PayWayBody"];

// withToken signs requests. A token that the server no longer knows is renewed once.
async function withToken(request: Request): Promise<Response> {
  const now = await token();
  if (now) request.headers.set("Authorization", `Bearer ${now}`);
  const answer = await send(request);
  if (answer.status !== 401 || !now) return answer;
  const next = await token(true);
  if (!next) return answer;
  request.headers.set("Authorization", `Bearer ${next}`);
  return send(request);
}

// Keys of actions whose final answer is not known. A retry of the same action carries the same key, so the server does it once.
const keys = new Map<string, string>();

const keyed: Middleware = {
  async onRequest({ request }) {
    if (request.headers.get("Idempotency-Key") !== newKey) return;
    const action = `${request.method} ${request.url} ${await request.clone().text()}`;
    let key = keys.get(action);
    if (!key) keys.set(action, key = crypto.randomUUID());
    request.headers.set("Idempotency-Key", key);
    return request;
  },
  onResponse({ request, response }) {
    const final = response.status < 500 && response.status !== 408 && response.status !== 425 && response.status !== 429;
    const key = request.headers.get("Idempotency-Key");
    if (final && key) for (const [action, k] of keys) if (k === key) keys.delete(action);
  },
};

// newKey asks for the key of the intention: the same one until a final answer came.
export const newKey = "intention";

export const api = createClient<paths>({ baseUrl: location.origin, fetch: withToken });
api.use(keyed);

// done returns the body of an answer, or throws its Problem.
export async function done<T>(answer: Promise<{ data?: T; response: Response; error?: unknown }>): Promise<T> {
  const { data, response, error } = await answer;
  if (response.ok) return data as T;
  if (error) throw new Problem(response.status, error as ConstructorParameters<typeof Problem>[1]);
  throw await problemOf(response);
}
