// What a seller does, as small steps that every suite shares.
import assert from "node:assert/strict";
import { waitFor } from "./programs.mjs";

export const tile = (page, product) => page.locator(`[data-product="${product}"]`);
export const bar = (page) => (page.viewportSize().width < 900 ? page.locator(".bar") : page.locator(".panel"));
export const payButton = (page) => bar(page).locator(".button.money");
export const exactCash = (page) => page.locator(".final .button.money");
export const buyerSent = (page) => page.locator(".final .button.main");

/** Idle: the sale is over and its last word stands there. */
export async function idle(page) {
  await page.locator("main.sell").waitFor();
  await bar(page).locator(".done").waitFor();
}
export async function basketShows(page, amount) {
  await waitFor(async () => (await page.locator(page.viewportSize().width < 900 ? ".bar .money .number" : ".panel .big").first().textContent())?.trim() === amount,
    `the basket to come to ${amount}`);
}
export async function sellForCash(page, product) {
  await tile(page, product).click();
  await payButton(page).click();
  await exactCash(page).click();
  await idle(page);
}
export async function openBasket(page) {
  if (page.viewportSize().width < 900) await page.locator(".bar .sum").click();
}
/** Takes the only line out of the basket; over when the terminal knows it, so that the next page begins with nothing. */
export async function emptyBasket(page, till) {
  await openBasket(page);
  await page.locator(".lines .step").first().click();
  await waitFor(async () => (await till.call("GET", "/api/v1/drafts")).baskets.every((one) => one.parked), "the terminal to have no open basket");
}
export async function go(page, screen) {
  await page.evaluate((to) => { location.hash = to; }, screen);
}
/** Taps a number on the pad of the sheet that is open. */
export async function tapNumber(page, digits) {
  for (const digit of digits) await page.locator(".keys").getByRole("button", { name: digit, exact: true }).click();
}
const SIGNS = { ":": ["Semicolon", true], "/": ["Slash", false], ".": ["Period", false], "?": ["Slash", true], "=": ["Equal", false], "-": ["Minus", false], "*": ["Digit8", true], "%": ["Digit5", true], _: ["Minus", true] };
/** Where a character lies on the keyboard, as scanners type it. */
export function keyOf(one) {
  if (/\d/.test(one)) return { code: `Digit${one}`, shift: false };
  if (/[a-z]/i.test(one)) return { code: `Key${one.toUpperCase()}`, shift: one !== one.toLowerCase() };
  return { code: SIGNS[one][0], shift: SIGNS[one][1] };
}
/** A scanner types a code, wherever the focus is. */
export const scanned = (page, text) =>
  page.evaluate((keys) => {
    for (const { code, shift } of keys) window.dispatchEvent(new KeyboardEvent("keydown", { code, key: code, shiftKey: shift, bubbles: true, cancelable: true }));
  }, [...[...text].map(keyOf), { code: "Enter", shift: false }]);

/** What the sale of a receipt was, as the terminal has it. */
export const receiptOf = async (till, at = 0) => (await till.sales())[at];

/** Runs `work`; whatever the page tried elsewhere or tripped over fails it. What the terminal refuses is said to the seller, and no fault. */
export async function clean(opened, work) {
  try {
    await work(opened.page);
    assert.deepEqual(opened.strays, [], "requests to other places");
    assert.deepEqual(opened.faults.filter((fault) => !fault.includes("ERR_CONNECTION") && !/status of 4\d\d/.test(fault)), [], "errors in the page");
  } finally {
    await opened.context.close();
  }
}
