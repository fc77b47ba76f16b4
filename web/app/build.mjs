// Builds the page: types from the API's description, the type check, the bundle with hashed names, and the compressed files beside it.
// Usage: node build.mjs OPENAPI_JSON…. Several descriptions belong to one API. It writes src/schema.d.ts and dist/. The test in bundle_test.go
// runs it and compares.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { execFileSync } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import { supports } from "@tma.js/bridge";
import * as esbuild from "esbuild";
import openapiTS, { astToString } from "openapi-typescript";
import { minify } from "terser";

// join copies members into a description. It throws if two members of one name differ.
function join(into, more, of) {
  for (const [name, one] of Object.entries(more)) {
    if (name in into && !isDeepStrictEqual(into[name], one)) throw new Error(`two descriptions of ${of} ${name} differ`);
    into[name] = one;
  }
}

// describe joins descriptions. A feature adds members to the problems of all.
async function describe(files) {
  const [first, ...others] = await Promise.all(files.map(async (name) => JSON.parse(await readFile(name, "utf8"))));
  for (const one of others) {
    const { Problem, ...schemas } = one.components.schemas;
    join(first.paths, one.paths, "the path");
    join(first.components.schemas.Problem.properties, Problem.properties, "the problems' member");
    join(first.components.schemas, schemas, "the schema");
  }
  return first;
}

const banner = "// Generated from the API's description by build.mjs.\n\n";
const description = await describe(process.argv.slice(2));
await writeFile("src/schema.d.ts", banner + astToString(await openapiTS(description, { defaultNonNullable: false })));
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"], { stdio: "inherit" });

await rm("dist", { recursive: true, force: true });
await mkdir("dist");

// emit writes a file, plain and compressed.
async function emit(name, content) {
  const bytes = Buffer.from(content);
  await writeFile(`dist/${name}`, bytes);
  await writeFile(`dist/${name}.gz`, gzipSync(bytes, { level: 9 }));
  await writeFile(`dist/${name}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  return name;
}

const hash = (text) => createHash("sha256").update(text).digest("hex").slice(0, 10);

// phrases emits the phrases of each language: those of all screens, or with a prefix those of the staff's.
async function phrases(prefix) {
  const files = {};
  for (const tag of ["en", "hi"]) {
    const text = JSON.stringify(JSON.parse(await readFile(`src/phrases/${prefix}${tag}.json`, "utf8")));
    files[tag] = await emit(`${prefix}${tag}-${hash(text)}.json`, text);
  }
  return files;
}
const languages = await phrases("");
const staff = await phrases("staff-");
// The bridge knows since when clients have a method. The page's own table must not name an earlier version.
for (const [method, version] of Object.entries(JSON.parse(await readFile("src/methods.json", "utf8")))) {
  if (!supports(method, version)) throw new Error(`clients of version ${version} have no ${method}`);
}
// Terser makes esbuild's scripts smaller still. The hash in a file's name is that of esbuild's script, so each script ends with terser's version and options:
// another terser gives other names.
const { devDependencies } = JSON.parse(await readFile("package.json", "utf8"));
const terse = { module: true, ecma: 2020, compress: { passes: 3, ecma: 2020 } };
const footer = `//${JSON.stringify([devDependencies.terser, terse])}`;
const shorten = async (script) => (await minify(script, terse)).code;

const bundle = await esbuild.build({
  metafile: true, preserveSymlinks: true, footer: { js: footer },
  entryPoints: { boot: "src/boot.ts", app: "src/main.tsx", style: "src/style.css" }, outdir: "dist", write: false, bundle: true, minify: true, format: "esm", target: "es2020",
  splitting: true, entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]",
  jsx: "automatic", jsxImportSource: "preact", legalComments: "none", define: {
    LANGUAGE_FILES: JSON.stringify(languages), STAFF_FILES: JSON.stringify(staff), "process.env.NODE_ENV": '"production"',
  },
});
// The later screens import main.tsx, and main.tsx imports boot.ts, so esbuild moves the code of both into shared chunks. The entry files only import these
// chunks. So index.html loads the chunks directly.
const outputs = Object.entries(bundle.metafile.outputs);
const entries = [];
function chunkWith(source) {
  const [entry] = outputs.find(([, o]) => o.entryPoint === source);
  entries.push(basename(entry));
  const [chunk] = outputs.find(([name, o]) => name !== entry && source in o.inputs);
  return basename(chunk);
}
const places = { BOOT: chunkWith("src/boot.ts"), SCRIPT: chunkWith("src/main.tsx"), STYLE: basename(outputs.find(([, o]) => o.entryPoint === "src/style.css")[0]) };
for (const file of bundle.outputFiles) {
  const name = basename(file.path);
  if (!entries.includes(name)) await emit(name, name.endsWith(".js") ? await shorten(file.text) : file.contents);
}
const index = await readFile("src/index.html", "utf8");
await writeFile("dist/index.html", index.replace(/BOOT|SCRIPT|STYLE/g, (place) => places[place]));
