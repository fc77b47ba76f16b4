// useQuote is the price of a time, asked for again whenever the request changes.
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { api, done, type Quote, type Schemas } from "./api";
import { club } from "./club";
import { Problem } from "./send";

// version is that of the booking that would move; a change of it can change the price.
export function useQuote(body: Schemas["QuoteInBody"], version = 0) {
  const quote = useSignal<Quote | null>(null);
  const problem = useSignal<Problem | null>(null);
  useEffect(() => {
    let left = false;
    quote.value = null;
    if (problem.value?.code !== "changed") problem.value = null; // that the booking has changed is said until the next press
    done(api.POST("/api/v1/clubs/{club}/quote", { params: { path: { club: club.value!.id } }, body }))
      .then((q) => { if (!left) quote.value = q; })
      .catch((e: unknown) => { if (!left && e instanceof Problem) problem.value = e; });
    return () => { left = true; };
  }, [JSON.stringify([body, version])]);
  return { quote, problem };
}
