// The JSON API of the server.

/** call sends a request and returns the answer; an error has the server's sentence. */
export async function call(method, path, body) {
  let response;
  try {
    response = await fetch("api/" + path, { method, body: body && JSON.stringify(body) });
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const value = await response.json();
  if (!response.ok) throw new Error(value.error);
  return value;
}

/** element makes an element with a class and a text. */
export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** avatar shows the first letter of a name on a colour of its own. */
export function avatar(span, name, id) {
  span.textContent = [...name][0].toUpperCase();
  span.dataset.shade = id % 6;
}

/** money formats an amount in the smallest unit of a currency. */
export function money(amount, currency) {
  if (currency === "XTR") return "⭐ " + amount;
  const format = new Intl.NumberFormat("en", { style: "currency", currency, trailingZeroDisplay: "stripIfInteger" });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}
