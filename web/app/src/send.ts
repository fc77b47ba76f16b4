// One request to the server: the time limit, the waits that the server asks for, its clock, and its problems.
import { signal } from "@preact/signals";
import { takeAsked, within } from "./boot";
import type { components } from "./schema";
import { language } from "./words";

export const offline = signal(!navigator.onLine);
addEventListener("online", () => { offline.value = false; });
addEventListener("offline", () => { offline.value = true; });

// skew is how far the server's clock is ahead of this device's, in ms. The Date header has whole seconds, so half of one is added.
let skew = 0;
export const serverNow = () => Date.now() + skew;

type Members = Partial<components["schemas"]["Problem"]>;

// Problem is a refusal of the server (RFC 9457), or a request that did not reach it.
export class Problem extends Error {
  readonly code: string; // of its type: slot-taken
  readonly status: number;
  readonly members: Members;
  constructor(status: number, members: Members) {
    super(members.detail ?? members.title ?? "");
    this.status = status;
    this.members = members;
    this.code = (members.type ?? "").replace(/^.*\//, "");
  }
}

export async function problemOf(answer: Response): Promise<Problem> {
  let members: Members = {};
  try {
    members = (await answer.json()) as Members;
  } catch {
    // a proxy's page says nothing that helps
  }
  return new Problem(answer.status, members);
}

const attempts = 3;
const longestWait = 10; // seconds of Retry-After that the page waits by itself

// send sends a request; it waits and repeats where the server says so, at most twice. A request that does not reach the server throws a Problem of status 0.
export async function send(request: Request): Promise<Response> {
  request.headers.set("Accept-Language", language.value);
  for (let attempt = 1; ; attempt++) {
    let answer: Response;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), within);
    const abort = () => limit.abort();
    request.signal.addEventListener("abort", abort);
    try {
      const asked = attempt === 1 ? takeAsked(request.method, request.url) : undefined;
      answer = await (asked ?? fetch(request.clone(), { signal: limit.signal }));
    } catch (e) {
      if (request.signal.aborted) throw e;
      offline.value = true;
      throw new Problem(0, {});
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener("abort", abort);
    }
    offline.value = false;
    const date = Date.parse(answer.headers.get("Date") ?? "");
    if (date) skew = date + 500 - Date.now();
    const wait = Number(answer.headers.get("Retry-After"));
    if ((answer.status !== 429 && answer.status !== 503) || !(wait > 0 && wait <= longestWait) || attempt === attempts) return answer;
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  }
}
