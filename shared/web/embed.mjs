// Makes a C++ file that embeds a folder of built pages: embed.mjs FOLDER FILE FUNCTION
// Text is compressed once here; .incbin costs the compiler nothing, whatever the size.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".png": "image/png",
  ".wasm": "application/wasm",
};
const COMPRESSED_ALREADY = new Set([".woff2", ".png"]);

const [folder, file, name] = process.argv.slice(2);
const walk = (at) => readdirSync(at).sort().flatMap((one) => {
  const path = join(at, one);
  return statSync(path).isDirectory() ? walk(path) : [path];
});

const embedded = join(dirname(file), "embedded");
mkdirSync(embedded, { recursive: true });
const blocks = [];
const declared = [];
const rows = [];
walk(folder).forEach((path, n) => {
  const kind = extname(path);
  if (!TYPES[kind]) throw new Error(`${path}: no type for ${kind}`);
  const gzipped = !COMPRESSED_ALREADY.has(kind);
  const plain = readFileSync(path);
  const body = gzipped ? gzipSync(plain, { level: 9 }) : plain;
  const kept = join(embedded, `${n}.bin`);
  writeFileSync(kept, body);
  const label = `phien_${name}_${n}`;
  blocks.push(`    "${label}:\\n"\n    ".incbin \\"${kept}\\"\\n"\n    "${label}_end:\\n"`);
  declared.push(`extern const char ${label}[];\nextern const char ${label}_end[];`);
  const url = "/" + relative(folder, path).replaceAll("\\", "/");
  const etag = createHash("sha256").update(body).digest("hex").slice(0, 32);
  rows.push(`      {"${url === "/index.html" ? "/" : url}", "${TYPES[kind]}", "\\"${etag}\\"", ` +
    `{${label}, static_cast<std::size_t>(${label}_end - ${label})}, ${gzipped}},`);
});

writeFileSync(file, `// Made by shared/web/embed.mjs.
#include <cstddef>
#include <span>

#include "shared/web/assets.hpp"

asm(".section .rodata\\n"
${blocks.join("\n")}
    ".previous\\n");

extern "C" {
${declared.join("\n")}
}

namespace phien::web {

std::span<const Asset> ${name}();
std::span<const Asset> ${name}() {
  static const Asset assets[] = {
${rows.join("\n")}
  };
  return assets;
}

}  // namespace phien::web
`);
