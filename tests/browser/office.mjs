// The organizer at a browser: comes in by an invitation, goes from screen to screen; reaches nothing but the server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { shot } from "./browser.mjs";
import { waitFor } from "./programs.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WAIT_MS = 8_000;
export const WALL = { width: 1920, height: 1080 };
export const PASSWORD = "phiên chợ mùa thu";

export async function newPage(browser, port, viewport, { theme = "light", storage, scheme = "http" } = {}) {
  const address = `${scheme}://127.0.0.1:${port}/`;
  const phone = viewport.width < 900;
  const context = await browser.newContext({ viewport, hasTouch: phone, isMobile: phone, locale: "vi-VN", colorScheme: theme, ignoreHTTPSErrors: scheme === "https", ...(storage ? { storageState: storage } : {}) });
  context.setDefaultTimeout(WAIT_MS);
  const strays = [];
  const faults = [];
  await context.route("**/*", (route) => {
    if (/^(blob:|data:)/.test(route.request().url()) || route.request().url().startsWith(address)) return route.continue();
    strays.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") faults.push(message.text()); });
  return { context, page, strays, faults, address };
}

/** Somebody of a role, who set a password by the link; what the browser keeps of it, for further windows. */
export async function invited(browser, server, account, role, exhibitors) {
  const invitation = await server.call("POST", "/api/v1/accounts", { account, name: `${account} (Mẫu)`, role, ...(exhibitors ? { exhibitors } : {}) });
  const opened = await newPage(browser, server.port, { width: 800, height: 700 });
  await opened.page.goto(invitation.link_here);
  await opened.page.locator("input[type=password]").fill(PASSWORD);
  await opened.page.getByRole("button", { name: "Vào" }).click();
  await opened.page.locator(".frame").waitFor();
  const storage = await opened.context.storageState();
  await opened.context.close();
  return storage;
}

export async function at(opened, screen) {
  await opened.page.goto(`${opened.address}#${screen}`);
  await opened.page.locator("main").waitFor();
  await opened.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await opened.page.locator('[aria-busy="true"]').first().waitFor({ state: "detached" });
}

const settled = (page) => page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {}))));

/** What axe finds wrong. */
export async function problems(page, where) {
  await page.evaluate(AXE);
  await settled(page); // what fades in is judged when it is there
  const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`));
  const wide = await page.evaluate(() => document.querySelector("main").scrollWidth - document.querySelector("main").clientWidth);
  return [...found, ...(wide > 0 ? [`wider than the screen by ${wide} px`] : [])].map((one) => `${where}: ${one}`);
}

export async function clean(opened, work) {
  try {
    await work(opened.page);
    assert.deepEqual(opened.strays, [], "requests to other places");
    assert.deepEqual(opened.faults.filter((fault) => !fault.includes("ERR_CONNECTION") && !/status of 4\d\d/.test(fault)), [], "errors in the page");
  } finally {
    await opened.context.close();
  }
}

export const figure = async (page, name) => Number((await page.locator(`[data-figure="${name}"]`).first().textContent()).replace(/\D/g, ""));
export const comesTo = (page, name, amount) => waitFor(async () => (await figure(page, name)) === amount, `${name} to come to ${amount}`, 5_000);
export async function picture(page, name) {
  await settled(page);
  await shot(page, `house-${name}`);
}
