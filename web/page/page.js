// Draws the OpenAPI description. Every text goes in as text, never as markup.
"use strict";

const methods = ["get", "post", "put", "patch", "delete"];

function make(tag, text, attributes) {
  const e = document.createElement(tag);
  if (text !== undefined && text !== null) e.textContent = String(text);
  Object.assign(e, attributes || {});
  return e;
}

function table(head, rows) {
  const t = make("table");
  const h = t.insertRow();
  head.forEach((text) => h.append(make("th", text)));
  rows.forEach((row) => {
    const r = t.insertRow();
    row.forEach((cell) => r.insertCell().append(cell instanceof Node ? cell : make("span", cell)));
  });
  return t;
}

function resolve(spec, schema) {
  let s = schema || {};
  for (let i = 0; s.$ref && i < 10; i++) {
    s = s.$ref.slice(2).split("/").reduce((at, name) => at[name], spec);
  }
  return s;
}

// kind is a schema in a few words.
function kind(spec, schema) {
  const s = resolve(spec, schema);
  const type = [].concat(s.type || "any").join(" or ");
  const parts = [s.items ? "list of " + kind(spec, s.items) : type];
  if (s.format) parts.push(s.format);
  if (s.enum) parts.push("one of " + s.enum.join(", "));
  if (s.minLength || s.maxLength) parts.push((s.minLength || 0) + " to " + (s.maxLength || "any") + " characters");
  return parts.join(", ");
}

// rows lists the properties of a schema, those of inner objects under their names.
function rows(spec, schema, prefix, depth) {
  const s = resolve(spec, schema);
  const inner = s.items ? resolve(spec, s.items) : s;
  const required = inner.required || [];
  return Object.entries(inner.properties || {}).flatMap(([name, property]) => {
    const line = [prefix + name + (required.includes(name) ? "" : "?"), kind(spec, property), resolve(spec, property).description || property.description || ""];
    return depth < 4 ? [line, ...rows(spec, property, prefix + name + ".", depth + 1)] : [line];
  });
}

function body(spec, content, title) {
  const box = make("div");
  Object.entries(content || {}).forEach(([type, media]) => {
    box.append(make("h4", title + " (" + type + ")"));
    const lines = rows(spec, media.schema, "", 0);
    box.append(lines.length ? table(["name", "type", "meaning"], lines) : make("p", kind(spec, media.schema)));
  });
  return box;
}

function operation(spec, path, method, op) {
  const d = make("details", undefined, { id: op.operationId });
  const s = make("summary");
  s.append(make("span", method.toUpperCase(), { className: "method" }), make("span", path, { className: "path" }),
    make("span", op.summary, { className: op.security ? "lock" : "" }));
  d.append(s);
  if (op.description) d.append(make("p", op.description));
  if ((op.parameters || []).length) {
    d.append(make("h4", "Parameters"), table(["name", "in", "type", "meaning"],
      op.parameters.map((p) => [p.name + (p.required ? "" : "?"), p.in, kind(spec, p.schema), p.description || ""])));
  }
  if (op.requestBody) d.append(body(spec, op.requestBody.content, "Body"));
  Object.entries(op.responses || {}).filter(([status]) => status < "300").forEach(([status, r]) => d.append(body(spec, r.content, status)));
  const errors = Object.entries(op.responses || {}).filter(([status]) => status >= "400").map(([status, r]) => status + " " + r.description);
  d.append(make("p", "Problems: " + errors.join(" · ")));
  return d;
}

async function draw() {
  const page = document.getElementById("page");
  const answer = await fetch("/api/openapi.json");
  if (!answer.ok) throw new Error("HTTP " + answer.status);
  const spec = await answer.json();
  page.replaceChildren(make("h1", spec.info.title + " " + spec.info.version), make("p", spec.info.description, { className: "intro" }));
  page.append(make("a", "openapi.json", { href: "/api/openapi.json" }));
  const groups = new Map();
  Object.entries(spec.paths).forEach(([path, item]) => methods.filter((m) => item[m]).forEach((m) => {
    const tag = (item[m].tags || ["Other"])[0];
    if (!groups.has(tag)) groups.set(tag, []);
    groups.get(tag).push(operation(spec, path, m, item[m]));
  }));
  groups.forEach((list, tag) => page.append(make("h2", tag), ...list));
}

draw().catch((e) => { document.getElementById("page").textContent = "The description cannot be read: " + e.message; });
