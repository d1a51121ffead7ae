// Whether everyone can read and hit what is on a screen.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LEAST_TARGET = 44;

/** What axe finds wrong, and what is too small for a finger. */
export async function problems(page, where) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const bad = await page.evaluate(async () => {
    const found = await window.axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  });
  const small = await page.evaluate((least) => {
    const top = document.querySelector("dialog[open]") ?? document;
    return [...top.querySelectorAll("button, input, a, select")].filter((node) => node.checkVisibility({ visibilityProperty: true })).map((node) => ({ node, box: node.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < least - 0.5 || box.height < least - 0.5))
      .map(({ node, box }) => `${node.outerHTML.slice(0, 120)} ${box.width}×${box.height}`);
  }, LEAST_TARGET);
  return [...bad, ...small].map((one) => `${where}: ${one}`);
}
