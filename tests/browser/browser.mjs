// Debian's Chromium, let at nothing but the till: every other request is stopped and remembered.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ROOT } from "./programs.mjs";

export const OUT = join(ROOT, "tests/browser/out");
mkdirSync(OUT, { recursive: true });
export const PHONE = { width: 360, height: 740 };
export const LAPTOP = { width: 1366, height: 768 };
const WAIT_MS = 8_000;

export const HOW = {
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync"],
};
export const launch = (...more) => chromium.launch({ ...HOW, args: [...HOW.args, ...more] });

/** A page with a session at the till, and what it tried elsewhere. */
export async function open(browser, till, viewport, { touch = viewport.width < 900 } = {}) {
  const context = await browser.newContext({ viewport, hasTouch: touch, isMobile: touch, locale: "vi-VN", deviceScaleFactor: 1 });
  context.setDefaultTimeout(WAIT_MS);
  const strays = [];
  const faults = [];
  await context.route("**/*", (route) => {
    if (route.request().url().startsWith(`http://127.0.0.1:${till.port}/`)) return route.continue();
    strays.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") faults.push(message.text()); });
  // A link is good once; further windows of the same browser have its cookie.
  if (till.cookies) await context.addCookies(till.cookies);
  await page.goto(till.cookies ? `http://127.0.0.1:${till.port}/` : till.link);
  till.cookies ??= await context.cookies();
  await page.locator(".till").waitFor();
  return { context, page, strays, faults };
}

export const shot = (page, name) => page.screenshot({ path: join(OUT, `${name}.png`) });
