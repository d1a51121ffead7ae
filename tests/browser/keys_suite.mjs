// Without a finger on the screen: keys alone, and scanners that type, whatever the input method makes of their keys.
import assert from "node:assert/strict";
import { LAPTOP, open } from "./browser.mjs";
import { basketShows, clean, idle, keyOf, receiptOf, tile } from "./hands.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

const EAN = "8930000000019"; // CB0001
const TRACE = "https://txng.example/01/08930000000026/10/L250430?17=250729"; // CB0002
const KEY_SECONDS = 0.004;
const VN_ROW = { 1: "ă", 2: "â", 3: "ê", 4: "ô", 5: "\u0300", 6: "\u0309", 7: "\u0303", 8: "\u0301", 9: "\u0323", 0: "đ" };

const TELEX = { a: "â", e: "ê", o: "ô", w: "ư", d: "đ", s: "\u0301", f: "\u0300", r: "\u0309", x: "\u0303", j: "\u0323" };
const VNI = { 1: "\u0301", 2: "\u0300", 3: "\u0309", 4: "\u0303", 5: "\u0323", 9: "đ" };
let preedit = "";

// How each input method lets the same physical keys arrive.
const METHODS = {
  plain: async (cdp, one, key) => down(cdp, key, one, one),
  "Telex (preedit)": (cdp, one, key) => Promise.all([down(cdp, key, "Process", undefined, 229), cdp.send("Input.insertText", { text: one })]),
  "VNI (takes back and retypes)": (cdp, one, key) => {
    const sent = [down(cdp, key, one, one)];
    if (one === "3") sent.push(down(cdp, { code: "Backspace", shift: false }, "Backspace", undefined, 8), cdp.send("Input.insertText", { text: one }));
    return Promise.all(sent);
  },
  "Telex (takes back and retypes)": (cdp, one, key) => {
    const sent = [down(cdp, key, one, one)];
    if ("aeowdsfrxj".includes(one)) sent.push(down(cdp, { code: "Backspace", shift: false }, "Backspace", undefined, 8), cdp.send("Input.insertText", { text: TELEX[one] ?? one }));
    return Promise.all(sent);
  },
  // What is typed stays underlined until Enter; each key changes the whole of it.
  "VNI (preedit)": (cdp, one, key) => {
    preedit += VNI[one] ?? one;
    return Promise.all([down(cdp, key, "Process", undefined, 229), cdp.send("Input.imeSetComposition", { text: preedit, selectionStart: preedit.length, selectionEnd: preedit.length })]);
  },
  "XKB vn": async (cdp, one, key) => down(cdp, key, VN_ROW[one] ?? one, VN_ROW[one] ?? one),
};
// Keys carry the time at which the scanner sent them, as they do from a real one, however busy this machine is.
let sent = 0;
function down(cdp, { code, shift }, key, text, keyCode = 0) {
  sent = Math.max(sent + KEY_SECONDS, Date.now() / 1000);
  const event = { code, key, modifiers: shift ? 8 : 0, windowsVirtualKeyCode: keyCode, timestamp: sent };
  return Promise.all([
    cdp.send("Input.dispatchKeyEvent", { ...event, type: text ? "keyDown" : "rawKeyDown", text }),
    cdp.send("Input.dispatchKeyEvent", { ...event, type: "keyUp" }),
  ]);
}
// All keys are handed over at once, in order: a scanner does not wait for the page.
async function scan(cdp, text, method) {
  const keys = [...text].map((one) => METHODS[method](cdp, one, keyOf(one)));
  keys.push(down(cdp, { code: "Enter", shift: false }, "Enter", "\r", 13));
  if (preedit) keys.push(cdp.send("Input.insertText", { text: preedit }));
  preedit = "";
  await Promise.all(keys);
}

export default async function suite(test, browser) {
  const server = await Server.started();
  const till = await Till.enrolled(server, ["EX01"]);
  // The test before may still have been putting its last change away.
  const emptied = async () => {
    const { baskets } = await till.call("GET", "/api/v1/drafts");
    for (const { id, rev } of baskets) await till.call("POST", "/api/v1/drafts/basket", { id, rev, basket: { lines: [] } }).catch(() => {});
    return baskets.length === 0;
  };
  const begin = async () => {
    await waitFor(emptied, "an empty basket");
    return open(browser, till, LAPTOP);
  };

  test("a sale by keys alone, its change, and undo", async () => {
    await clean(await begin(), async (page) => {
      const type = (text) => page.keyboard.type(text, { delay: 70 });
      await type("vi gung");
      await page.keyboard.press("Enter");
      await basketShows(page, "20.000");
      await type("+");
      await basketShows(page, "40.000");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Enter");
      await basketShows(page, "60.000");
      await page.keyboard.press("F2");
      await page.locator("main.pay").waitFor();
      await type("100");
      await page.getByText("= 100.000").waitFor();
      await page.keyboard.press("Enter");
      await idle(page);
      assert.equal((await page.locator(".done:visible .give").textContent()).trim(), "40.000");
      assert.equal((await receiptOf(till)).total, 60_000);
      await page.keyboard.press("F9");
      await basketShows(page, "60.000");
      assert.equal((await receiptOf(till)).voided, true);
      await page.keyboard.press("F2");
      await page.locator("main.pay").waitFor();
      await page.keyboard.press("F4");
      await idle(page);
      assert.equal((await till.call("GET", `/api/v1/sales/${(await receiptOf(till)).number}`)).payments[0].method, "transfer");
    });
  });

  for (const method of Object.keys(METHODS))
    test(`a scanner under ${method}: goods and trace link, with the focus in search, in a quantity and nowhere`, async () => {
      await clean(await begin(), async (page) => {
        const cdp = await page.context().newCDPSession(page);
        const inBasket = async (product, count) =>
          waitFor(async () => (await tile(page, product).locator(".count").textContent({ timeout: 500 }).catch(() => "")) === String(count), `${count} of ${product}`);
        await scan(cdp, EAN, method);
        await inBasket("CB0001", 1);
        await scan(cdp, TRACE, method);
        await inBasket("CB0002", 1);
        const search = page.locator("input[type=search]");
        await search.click();
        await page.keyboard.type("tra", { delay: 70 });
        await page.waitForTimeout(150); // a person stops typing before the scanner begins
        await scan(cdp, EAN, method);
        await waitFor(async () => (await page.locator(".lines .qty").first().textContent()) === "2", "two of the first");
        await waitFor(async () => (await search.inputValue()) === "tra", "the search to hold what was typed, and nothing of the scan");
        await search.fill("");
        await page.locator(".lines .what").first().click();
        const quantity = page.locator("dialog input").first();
        await quantity.fill("5");
        await scan(cdp, TRACE, method);
        await waitFor(async () => (await page.locator(".lines .qty").nth(1).textContent()) === "2", "two of the second");
        await waitFor(async () => (await quantity.inputValue()) === "5", "the quantity to be as typed");
        await page.keyboard.press("Escape");
        await page.locator(".lines .qty").first().waitFor();
        for (let left = 4; left > 0; left -= 1) await page.locator(".lines .step").first().click();
        await page.locator(".panel .empty").waitFor();
      });
    });

  test("a receipt's number opens it; an unknown code is attached to goods and known from then on; a wrong digit is told", async () => {
    await clean(await begin(), async (page) => {
      const cdp = await page.context().newCDPSession(page);
      const type = async (code) => {
        const keys = [...code].map((one) => down(cdp, one === "-" ? { code: "Minus", shift: false } : keyOf(one), one, one));
        await Promise.all([...keys, down(cdp, { code: "Enter", shift: false }, "Enter", "\r", 13)]);
      };
      const { number } = await receiptOf(till);
      await type(number);
      await page.locator(".receipt h2", { hasText: number }).waitFor();
      await page.keyboard.press("Escape");
      await type("8930000000018");
      await page.getByText("hãy quét lại").waitFor();
      await type("9999991");
      await page.getByText("Chưa biết mã 9999991").waitFor();
      await page.locator("dialog input").fill("la thach");
      await page.locator("dialog .goods").click();
      await basketShows(page, "55.000");
      await type("9999991");
      await basketShows(page, "110.000");
    });
  });
}
