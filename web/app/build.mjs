// Builds the page: types from the API's description, the type check, the bundle with hashed names, and the compressed files beside it.
// Usage: node build.mjs OPENAPI_JSON. It writes src/schema.d.ts and dist/. The test in bundle_test.go runs it and compares.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { execFileSync } from "node:child_process";
import * as esbuild from "esbuild";
import openapiTS, { astToString } from "openapi-typescript";

const banner = "// Generated from the API's description by build.mjs.\n\n";
await writeFile("src/schema.d.ts", banner + astToString(await openapiTS(pathToFileURL(process.argv[2]), { defaultNonNullable: false })));
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"], { stdio: "inherit" });

await rm("dist", { recursive: true, force: true });
await mkdir("dist");

// emit writes a file under a name with the hash of its content, plain and compressed.
async function emit(name, content) {
  const bytes = Buffer.from(content);
  const dot = name.lastIndexOf(".");
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const hashed = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  await writeFile(`dist/${hashed}`, bytes);
  await writeFile(`dist/${hashed}.gz`, gzipSync(bytes, { level: 9 }));
  await writeFile(`dist/${hashed}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  return hashed;
}

const languages = {};
for (const tag of ["en", "hi"]) {
  languages[tag] = await emit(`${tag}.json`, JSON.stringify(JSON.parse(await readFile(`src/phrases/${tag}.json`, "utf8"))));
}
// The bridge makes functions by calling others at the top of its modules, which the bundler must keep as if they had effects. They have none: marked as
// pure, those that the page does not use are left out, a sixth of the script.
const pure = {
  name: "pure",
  setup(build) {
    build.onLoad({ filter: /@tma\.js\/\w+\/dist\/index\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/((?:const|,) ?[\w$]+ = )(?=[\w$.]+\()/g, "$1/* @__PURE__ */ "), loader: "js",
    }));
  },
};
const bundle = await esbuild.build({
  plugins: [pure],
  entryPoints: ["src/main.tsx", "src/style.css"], outdir: "out", write: false, bundle: true, minify: true, format: "esm", target: "es2020",
  jsx: "automatic", jsxImportSource: "preact", legalComments: "none", define: { LANGUAGE_FILES: JSON.stringify(languages), "process.env.NODE_ENV": '"production"' },
});
const names = {};
for (const file of bundle.outputFiles) {
  const script = file.path.endsWith(".js");
  names[script ? "SCRIPT" : "STYLE"] = await emit(script ? "app.js" : "app.css", file.contents);
}
const index = await readFile("src/index.html", "utf8");
await writeFile("dist/index.html", index.replace(/\b(SCRIPT|STYLE)\b/g, (name) => names[name]));
