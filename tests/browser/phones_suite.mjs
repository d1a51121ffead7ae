// A booth's phone over the hall's Wi-Fi: it scans the code on the till's screen, passes the browser's warning, gives the PIN, and sells
// beside the till, each with its own basket. In a browser that knows nothing of the till's certificate.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { LAPTOP, open, PHONE, shot } from "./browser.mjs";
import { basketShows, clean, exactCash, go, idle, payButton, tile } from "./hands.mjs";
import { problems } from "./judge.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

prepareZXingModule({ overrides: { wasmBinary: readFileSync(createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm")).buffer } });
const OWN = "CB0001"; // of EX01
const THEIRS = "CB0013"; // of EX03
const WAIT_MS = 8_000;
const DOUBT_MS = 15_000; // a phone waits five seconds before it says that it does not know

/** A phone's browser that was told to go on at the warning; it reaches nothing but the till. */
async function phoneOf(browser, link, insecure = true) {
  const context = await browser.newContext({ viewport: PHONE, hasTouch: true, isMobile: true, locale: "vi-VN", deviceScaleFactor: 1, ignoreHTTPSErrors: insecure });
  context.setDefaultTimeout(WAIT_MS);
  const strays = [];
  const faults = [];
  await context.route("**/*", (route) => {
    if (route.request().url().startsWith(new URL(link).origin)) return route.continue();
    strays.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") faults.push(message.text()); });
  return { context, page, strays, faults };
}
async function typePin(page, pin) {
  for (const digit of pin) await page.locator(".keys").getByRole("button", { name: digit, exact: true }).click();
  await page.locator(".keys .button.main").click();
}
/** A phone of EX01, paired by what the till's program answers. */
async function pairedPhone(browser, till, name) {
  const { link, pin } = await till.call("POST", "/api/v1/phones/pair", { exhibitor: "EX01", name });
  const phone = await phoneOf(browser, link);
  await phone.page.goto(link);
  await typePin(phone.page, pin);
  await phone.page.locator(".till").waitFor();
  return phone;
}
/** The Wi-Fi of a phone. It fails with the next sale if `fails` says so: "before" the till has it, or "after" the till has written it. */
async function wifiOf({ context }) {
  const wifi = { works: true, fails: "" };
  await context.route("**/api/v1/**", async (route) => {
    const sale = route.request().method() === "POST" && new URL(route.request().url()).pathname === "/api/v1/sales";
    if (sale && wifi.fails) {
      wifi.works = false;
      if (wifi.fails === "after") await route.fetch();
      wifi.fails = "";
    }
    return (wifi.works ? route.fallback() : route.abort("internetdisconnected")).catch(() => {}); // the page may have given up
  });
  return wifi;
}
/** Makes a code at the till's screen; what a camera and an eye see of it. */
async function offered(page, seller, name) {
  await go(page, "phones");
  await page.locator("form input.field").fill(name);
  if (seller) await page.locator("form .group", { hasText: seller }).first().click();
  await page.getByRole("button", { name: "Tạo mã ghép" }).click();
  const picture = page.locator(".offer img");
  await picture.evaluate((img) => img.decode());
  const png = await picture.evaluate(async (img) => [...new Uint8Array(await (await fetch(img.src)).arrayBuffer())]);
  const [code] = await readBarcodes(new Uint8Array(png), { formats: ["QRCode"], tryHarder: true });
  return { link: code.text, pin: (await page.locator(".pin").textContent()).replace(/\D/g, "") };
}

export default async function suite(test, browser) {
  const server = await Server.started();
  const till = await Till.enrolled(server, ["EX01", "EX03"], "QUAYPHONE");
  const deaf = await Till.enrolled(server, ["EX01"]);
  await till.with("--listen", "127.0.0.1:0");
  await till.call("POST", "/api/v1/shifts/open", { float: 100_000 });
  const names = new Map((await till.call("GET", "/api/v1/catalogue")).exhibitors.map((one) => [one.id, one.short_name || one.name]));
  let phone; // paired by the first test, used by those that follow

  for (const [size, viewport] of [["phone", PHONE], ["laptop", LAPTOP]])
    test(`${size}: a till that does not listen says how it would`, async () => {
      await clean(await open(browser, deaf, viewport), async (page) => {
        await go(page, "phones");
        await page.getByText("Dừng máy đang chạy (Ctrl-C) trước").waitFor();
        await page.locator("code", { hasText: "--listen 0.0.0.0" }).waitFor();
        await shot(page, `${size}-phones-off`);
        assert.deepEqual(await problems(page, "phones off"), []);
      });
    });

  test("a phone scans, is warned, gives the PIN and has its exhibitor's goods", async () => {
    await clean(await open(browser, till, LAPTOP), async (page) => {
      await go(page, "phones");
      await page.getByText("Chưa ghép điện thoại nào").waitFor();
      await shot(page, "laptop-phones-none");
      assert.deepEqual(await problems(page, "no phones"), []);
      const { link, pin } = await offered(page, names.get("EX01"), "Máy của Lan (Mẫu)");
      await page.getByText("không mở trong Zalo").waitFor();
      await shot(page, "laptop-phones-pairing");
      assert.deepEqual(await problems(page, "pairing at the till"), []);

      // Whoever is not told to go on does not get past the warning.
      const careful = await phoneOf(browser, link, false);
      await assert.rejects(careful.page.goto(link), /ERR_CERT_AUTHORITY_INVALID/);
      await careful.context.close();

      phone = await phoneOf(browser, link);
      await phone.page.goto(new URL(link).origin);
      await phone.page.getByText("Điện thoại này chưa được ghép").waitFor();
      await shot(phone.page, "phone-not-paired");
      assert.deepEqual(await problems(phone.page, "not paired"), []);
      await phone.page.goto(link); // the same address but for what is behind the #
      await phone.page.locator(".keys").waitFor();
      await shot(phone.page, "phone-pair");
      assert.deepEqual(await problems(phone.page, "pair"), []);
      await typePin(phone.page, pin === "000000" ? "111111" : "000000");
      await phone.page.getByText("Còn thử được 4 lần").waitFor();
      await shot(phone.page, "phone-pair-wrong");
      // The till says so for a moment only: listened for from before.
      const told = page.locator(".notice p", { hasText: "Đã ghép Máy của Lan (Mẫu)" }).waitFor({ timeout: 20_000 });
      told.catch(() => {});
      await typePin(phone.page, pin);
      await phone.page.locator(".till").waitFor();
      assert.equal(new URL(phone.page.url()).hash, "", "the code does not stay in the address");
      await tile(phone.page, OWN).waitFor();
      assert.equal(await tile(phone.page, THEIRS).count(), 0);
      await phone.page.getByText("ĐỪNG bỏ qua").waitFor();
      await shot(phone.page, "phone-paired-sell");
      assert.deepEqual(await problems(phone.page, "a paired phone sells"), []);
      await phone.page.getByRole("button", { name: "Đã hiểu" }).click();
      await phone.page.reload();
      await tile(phone.page, OWN).waitFor();
      assert.equal(await phone.page.getByText("ĐỪNG bỏ qua").count(), 0, "said once");
      await told;
      await page.locator("li", { hasText: "Máy của Lan (Mẫu)" }).waitFor();
      await page.locator(".again img").evaluate((img) => img.decode());
      await shot(page, "laptop-phones-list");
      assert.deepEqual(await problems(page, "phones"), []);
    });
  });

  test("phone and till sell side by side, each out of its own basket, into one drawer", async () => {
    const before = (await till.sales()).length;
    await clean(await open(browser, till, LAPTOP), async (page) => {
      await tile(phone.page, OWN).click();
      await tile(page, THEIRS).click();
      await tile(page, THEIRS).click();
      await basketShows(phone.page, "25.000");
      assert.equal(await page.locator(".lines > *").count(), 1, "the till's basket has its own goods alone");
      await payButton(phone.page).click();
      await exactCash(phone.page).click();
      await idle(phone.page);
      await shot(phone.page, "phone-paired-done");
      await payButton(page).click();
      await exactCash(page).click();
      await idle(page);
    });
    const sold = (await till.sales()).slice(0, (await till.sales()).length - before);
    assert.deepEqual(sold.map((row) => row.exhibitor).sort(), ["EX01", "EX03"]);
    const [drawer] = (await till.call("GET", "/api/v1/shift")).rows;
    assert.deepEqual([drawer.sales, drawer.expected], [2, 100_000 + sold.reduce((sum, row) => sum + row.total + row.rounding, 0)]);
    await till.delivered();
  });

  test("a phone has the screens that are for phones, and its receipts alone", async () => {
    const { page } = phone;
    await page.getByRole("button", { name: "Mục khác" }).click();
    const words = await page.locator("dialog .line").allTextContents();
    for (const word of ["Hàng ở quầy", "Phiếu bán", "Chờ tiền về", "Khách hàng"]) assert.ok(words.some((one) => one.includes(word)), word);
    for (const word of ["Ca bán", "Máy in", "Điện thoại", "Ưu đãi", "Dọn hàng", "Bán bù"]) assert.ok(!words.some((one) => one.trim() === word), word);
    await shot(page, "phone-paired-menu");
    assert.deepEqual(await problems(page, "a phone's menu"), []);
    await page.keyboard.press("Escape");
    for (const screen of ["stock", "receipts", "waiting", "people", "trust"]) {
      await go(page, screen);
      await page.locator("main").waitFor();
      await shot(page, `phone-paired-${screen}`);
      assert.deepEqual(await problems(page, `a phone's ${screen}`), []);
      if (screen === "receipts") assert.equal(await page.locator(".list li").count(), 1);
    }
    for (const screen of ["shift", "printer", "phones", "offers", "leaving"]) {
      await go(page, screen);
      await page.locator("main.sell").waitFor();
    }
    assert.deepEqual(phone.strays, []);
    assert.deepEqual(phone.faults.filter((fault) => !/status of 4\d\d/.test(fault)), []);
  });

  test("in the dark and in English, at both sizes", async () => {
    for (const [size, viewport] of [["phone", PHONE], ["laptop", LAPTOP]])
      await clean(await open(browser, till, viewport), async (page) => {
        await till.call("POST", "/api/v1/settings", { lang: "en", theme: "dark" });
        await page.reload();
        await page.locator(".till").waitFor();
        await go(page, "phones");
        await page.getByRole("button", { name: "Make a code" }).click();
        await page.locator(".offer img").evaluate((img) => img.decode());
        await shot(page, `${size}-phones-pairing-dark-en`);
        assert.deepEqual(await problems(page, "pairing, dark"), []);
        await till.call("POST", "/api/v1/settings", { lang: "vi", theme: "light" });
      });
  });

  test("an end at the till is an end on the phone", async () => {
    await clean(await open(browser, till, LAPTOP), async (page) => {
      await go(page, "phones");
      await page.locator("li", { hasText: "Máy của Lan (Mẫu)" }).getByRole("button").click();
      await page.locator("dialog .button.alarm").waitFor();
      await shot(page, "laptop-phones-end");
      assert.deepEqual(await problems(page, "end a phone"), []);
      await page.locator("dialog .button.alarm").click();
      await page.getByText("Chưa ghép điện thoại nào").waitFor();
    });
    await phone.page.getByText("Điện thoại này chưa được ghép").waitFor();
    await waitFor(async () => (await till.call("GET", "/api/v1/phones")).rows.length === 0, "the list to be empty");
    await phone.context.close();
  });

  for (const fails of ["before", "after"])
    for (const ends of ["when told to", "by itself after a minute"])
      test(`Wi-Fi gone ${fails} the sale is written: the phone says it does not know, stops ${ends}, then says what became of it`, async () => {
        const before = (await till.sales()).length;
        const mine = await pairedPhone(browser, till, `Máy thử ${fails}`);
        const { page, context } = mine;
        const wifi = await wifiOf(mine);
        await tile(page, OWN).click();
        await basketShows(page, "25.000");
        await payButton(page).click();
        wifi.fails = fails;
        await exactCash(page).click();
        await page.locator("dialog", { hasText: "CHƯA BIẾT đã ghi chưa. Đừng bán lại ở máy khác." }).waitFor({ timeout: DOUBT_MS });
        await shot(page, `phone-doubt-${fails}`);
        assert.deepEqual(await problems(page, "no answer yet"), []);
        if (ends === "when told to") await page.getByRole("button", { name: "Thôi, không thử nữa" }).click();
        else await page.evaluate(() => { const now = Date.now; Date.now = () => now() + 61_000; }); // as after a sleep in a pocket
        await page.locator(".banner", { hasText: "Khi có Wi-Fi lại, điện thoại này sẽ nói." }).waitFor();
        assert.equal(await page.locator("dialog[open]").count(), 0);
        await shot(page, `phone-doubt-ended-${fails}`);
        assert.deepEqual(await problems(page, "no answer, and none asked for"), []);
        wifi.works = true;
        const said = page.locator("dialog", { hasText: fails === "after" ? "Đã ghi rồi: phiếu" : "CHƯA ghi. Giỏ hàng vẫn còn đây" });
        await said.waitFor({ timeout: DOUBT_MS });
        await shot(page, `phone-doubt-over-${fails}`);
        assert.deepEqual(await problems(page, "what became of it"), []);
        assert.equal((await till.sales()).length, before + (fails === "after" ? 1 : 0), "nothing was sent again behind the seller's back");
        await said.getByRole("button", { name: "Đã hiểu" }).click();
        if (fails === "before") await exactCash(page).click();
        await idle(page);
        assert.equal((await till.sales()).length, before + 1);
        await context.close();
      });

  test("whatever screen is open, the till says that a phone was paired until it is tapped away", async () => {
    await clean(await open(browser, till, LAPTOP), async (page) => {
      await go(page, "receipts");
      const first = await pairedPhone(browser, till, "Máy của Hoa (Mẫu)");
      const banner = page.locator(".banner", { hasText: "«Máy của Hoa (Mẫu)» vừa được ghép" });
      await banner.waitFor();
      await shot(page, "laptop-phone-paired-elsewhere");
      assert.deepEqual(await problems(page, "a phone was paired"), []);
      await banner.getByRole("button", { name: "Đúng rồi" }).click();
      await banner.waitFor({ state: "detached" });
      await page.reload();
      await page.locator(".till").waitFor();
      assert.equal(await page.locator(".banner").count(), 0, "a phone that is ours is no news");
      const second = await pairedPhone(browser, till, "Máy của Mai (Mẫu)");
      await page.locator(".banner", { hasText: "Máy của Mai (Mẫu)" }).getByRole("button", { name: "Xem điện thoại" }).click();
      await page.locator("li", { hasText: "Máy của Mai (Mẫu)" }).waitFor();
      assert.equal(await page.locator(".banner").count(), 0);

      // Paired already, and a code scanned again: the way back is above the keys.
      const { link } = await till.call("POST", "/api/v1/phones/pair", { exhibitor: "EX01", name: "Máy của Hoa (Mẫu)" });
      await first.page.goto(link);
      await first.page.getByRole("button", { name: "Tiếp tục bán" }).waitFor();
      await shot(first.page, "phone-pair-paired");
      assert.deepEqual(await problems(first.page, "pair, paired already"), []);
      await first.page.getByRole("button", { name: "Tiếp tục bán" }).click();
      await first.page.locator(".till").waitFor();
      for (const one of [first, second]) await one.context.close();
    });
  });

  const WAYS_OFF = { "a tap on Cancel": (page) => page.getByRole("button", { name: "Thôi", exact: true }).click(), "another screen": (page) => go(page, "sell") };
  for (const [way, leave] of Object.entries(WAYS_OFF))
    test(`${way} withdraws the code: who has seen it is not paired`, async () => {
      await clean(await open(browser, till, LAPTOP), async (page) => {
        const { link, pin } = await offered(page, names.get("EX01"), "Máy của Lan (Mẫu)");
        const withdrawn = page.waitForResponse((response) => response.url().endsWith("/api/v1/phones/withdraw"), { timeout: WAIT_MS });
        await leave(page);
        assert.equal((await withdrawn).status(), 200);
        const stranger = await phoneOf(browser, link);
        await stranger.page.goto(link);
        await typePin(stranger.page, pin);
        await stranger.page.getByText("Mã ghép không đúng").waitFor();
        assert.equal(await stranger.page.locator(".till").count(), 0);
        await stranger.context.close();
      });
    });

  test("cash taken on a phone while no shift is open is said to be in none", async () => {
    const { page, context } = await pairedPhone(browser, till, "Máy không ca (Mẫu)");
    await tile(page, OWN).click();
    await basketShows(page, "25.000");
    await payButton(page).click();
    await exactCash(page).waitFor();
    assert.equal(await page.locator(".missing").count(), 0);
    await till.call("POST", "/api/v1/shifts/close", { counted: 100_000 });
    await page.locator(".missing", { hasText: "Chưa mở ca ở máy bán hàng" }).waitFor();
    await shot(page, "phone-no-shift");
    assert.deepEqual(await problems(page, "paying with no shift"), []);
    await till.call("POST", "/api/v1/shifts/open", { float: 100_000 });
    await page.locator(".missing").waitFor({ state: "detached" });
    await context.close();
  });
}
