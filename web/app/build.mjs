// Builds the page: types from the API's description, the type check, the bundle with hashed names, and the compressed files beside it.
// Usage: node build.mjs OPENAPI_JSON…. Several descriptions belong to one API. It writes src/schema.d.ts and dist/. The test in bundle_test.go
// runs it and compares.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { execFileSync } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import * as esbuild from "esbuild";
import openapiTS, { astToString } from "openapi-typescript";

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
// The bridge calls functions at the top level of its modules. The bundler must assume that these calls have side effects and keeps them. They have none, so
// the plugin marks them as pure; the bundler then drops the unused ones. This saves a sixth of the script.
// The bridge imports fp-ts through its index, which keeps whole modules in the bundle. The plugin imports them by name, which saves another sixth.
// Both are checked for the files with these hashes. Check a new version before you add its hash.
const read = { transformers: "428865502d", toolkit: "4d338bf7f2", signals: "66e01060a0", bridge: "7091a9f122" };
const byName = (_, list) => list.split(",").map((one) => {
  const [module, name = module] = one.trim().split(" as ");
  return `import * as ${name} from "fp-ts/${module === "function" ? module : module[0].toUpperCase() + module.slice(1)}";`;
}).join("");
const pure = {
  name: "pure",
  setup(build) {
    build.onLoad({ filter: /@tma\.js\/\w+\/dist\/index\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const name = path.split("/").at(-3);
      if (hash(text) !== read[name]) throw new Error(`@tma.js/${name} is another version: read its calls at the top of the module, then note ${hash(text)}`);
      const marked = text.replace(/((?:const|,) ?[\w$]+ = )(?=[\w$.]+\()/g, "$1/* @__PURE__ */ ");
      return { contents: marked.replace(/import \{([^}]+)\} from "fp-ts";/, byName), loader: "js" };
    });
  },
};
const bundle = await esbuild.build({
  plugins: [pure], metafile: true,
  entryPoints: { app: "src/main.tsx", style: "src/style.css" }, outdir: "dist", write: false, bundle: true, minify: true, format: "esm", target: "es2020",
  splitting: true, entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]",
  jsx: "automatic", jsxImportSource: "preact", legalComments: "none", define: {
    LANGUAGE_FILES: JSON.stringify(languages), STAFF_FILES: JSON.stringify(staff), "process.env.NODE_ENV": '"production"',
  },
});
for (const file of bundle.outputFiles) await emit(basename(file.path), file.contents);
// The index names the entries, and the files that the script cannot start without, so that the browser asks for all of them at once.
const outputs = Object.entries(bundle.metafile.outputs);
const [script, { imports }] = outputs.find(([, o]) => o.entryPoint === "src/main.tsx");
const [style] = outputs.find(([, o]) => o.entryPoint === "src/style.css");
const first = imports.filter((i) => i.kind === "import-statement").map((i) => `<link rel="modulepreload" href="${basename(i.path)}">`);
const index = await readFile("src/index.html", "utf8");
await writeFile("dist/index.html", index.replace("PRELOAD", first.join("\n")).replace("SCRIPT", basename(script)).replace("STYLE", basename(style)));
