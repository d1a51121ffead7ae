// Runs the suites of this folder one after another and prints "N passed, N failed".
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.mjs";
import { cleanUp } from "./programs.mjs";

const TEST_MS = 60_000;
const here = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);
let passed = 0;
let failed = 0;

async function within(ms, what, work) {
  let timer;
  const late = new Promise((_, no) => { timer = setTimeout(() => no(new Error(`${what}: no end within ${ms} ms`)), ms); });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const browser = await launch();
try {
  for (const file of readdirSync(here).filter((name) => name.endsWith("_suite.mjs")).sort()) {
    if (wanted.length && !wanted.includes(file.replace("_suite.mjs", ""))) continue;
    const { default: suite } = await import(`./${file}`);
    const tests = [];
    try {
      await within(TEST_MS, file, suite((name, run) => tests.push({ name, run }), browser));
    } catch (error) {
      tests.unshift({ name: "begins", run: () => Promise.reject(error) });
    }
    for (const { name, run } of tests) {
      const started = Date.now();
      try {
        await within(TEST_MS, name, run());
        passed += 1;
        console.log(`ok   ${file}: ${name} (${Date.now() - started} ms)`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL ${file}: ${name}\n${error.stack ?? error}`);
      }
    }
  }
} finally {
  await browser.close();
  await cleanUp();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
