// A booth's day at both sizes, with the server away from the first sale to the last; then it comes back and has everything.
import assert from "node:assert/strict";
import { LAPTOP, open, PHONE, shot } from "./browser.mjs";
import { bar, basketShows, buyerSent, clean, emptyBasket, exactCash, go, idle, openBasket, payButton, receiptOf, scanned, sellForCash, tapNumber, tile } from "./hands.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

export default async function suite(test, browser) {
  const server = await Server.started();
  const tills = { phone: await Till.enrolled(server, ["EX01"]), laptop: await Till.enrolled(server, ["EX01"]) };
  const shared = await Till.enrolled(server, ["EX01", "EX03"], "EX01");
  await server.end("SIGTERM");

  for (const [name, viewport] of [["phone", PHONE], ["laptop", LAPTOP]]) {
    const till = tills[name];
    const on = (what, work) => test(`${name}: ${what}`, async () => clean(await open(browser, till, viewport), work));
    const picture = (page, what) => shot(page, `${name}-${what}`);

    on("three taps from idle to idle, with exact cash and with a transfer", async (page) => {
      await picture(page, "sell-empty");
      await page.evaluate(() => { window.taps = 0; addEventListener("click", (event) => { if (event.isTrusted) window.taps += 1; }, true); });
      await sellForCash(page, "CB0001");
      assert.equal(await page.evaluate(() => window.taps), 3);
      const cash = await receiptOf(till);
      assert.equal(cash.total, 25_000);
      await tile(page, "CB0002").click();
      await payButton(page).click();
      await page.locator(".picture img").evaluate((img) => img.decode());
      await picture(page, "pay");
      assert.ok(await page.locator(".picture .mark").isVisible(), "a sample account is marked");
      const shown = (await page.locator("figcaption").textContent()).match(/PH[A-Z0-9]{8}/)[0];
      await buyerSent(page).click();
      await idle(page);
      assert.equal(await page.evaluate(() => window.taps), 6);
      const transfer = await till.call("GET", `/api/v1/sales/${(await receiptOf(till)).number}`);
      assert.equal(transfer.payments[0].pay_ref, shown, "the reference on the screen is the one in the entry");
      await picture(page, "done-transfer");
    });

    on("change in huge digits with the notes to hand, until the next tap begins the next sale", async (page) => {
      await tile(page, "CB0001").click();
      await tile(page, "CB0002").click();
      await tile(page, "CB0002").click();
      await basketShows(page, "65.000");
      await picture(page, "sell-basket");
      await payButton(page).click();
      await page.locator(".note", { hasText: "100.000" }).click();
      await idle(page);
      assert.equal((await page.locator(".done:visible .give").textContent()).trim(), "35.000");
      assert.deepEqual(await page.locator(".done:visible .notes .note").allTextContents(), ["20.000", "10.000", "5.000"]);
      const size = await page.locator(".done:visible .give").evaluate((node) => parseFloat(getComputedStyle(node).fontSize));
      assert.ok(size >= 48, `${size} px`);
      await picture(page, "done-change");
      await tile(page, "CB0003").click();
      await basketShows(page, "18.000");
      assert.equal(await page.locator(".done:visible").count(), 0);
      await openBasket(page);
      await picture(page, "basket");
      if (name === "phone") await page.locator(".veil").click({ position: { x: 10, y: 10 } });
      await emptyBasket(page, till);
    });

    on("undo takes the sale back and gives the basket back", async (page) => {
      await sellForCash(page, "CB0004");
      const sold = await receiptOf(till);
      await page.locator(".done:visible").getByRole("button", { name: "Hoàn tác" }).click();
      await basketShows(page, "40.000");
      assert.equal((await till.sales()).find((row) => row.hash === sold.hash).voided, true);
      await emptyBasket(page, till);
    });

    on("goods tapped while a sale is taken back or a basket put aside are not lost", async (page) => {
      const slowly = (path) => page.route(`**/api/v1/${path}`, async (route) => {
        await new Promise((done) => setTimeout(done, 300));
        await route.continue();
      });
      const open = async () => (await till.call("GET", "/api/v1/drafts")).baskets.find((one) => !one.parked)?.basket.lines.map((one) => `${one.qty} ${one.product}`);
      await sellForCash(page, "CB0004");
      await slowly("undo");
      await page.locator(".done:visible").getByRole("button", { name: "Hoàn tác" }).click();
      await tile(page, "CB0002").click();
      await basketShows(page, "60.000");
      await waitFor(async () => (await open())?.join() === "1 CB0004,1 CB0002", "both in the basket that came back");
      await slowly("drafts/park");
      await openBasket(page);
      await page.getByRole("button", { name: "Giữ giỏ" }).click();
      await page.locator("dialog").getByRole("button", { name: "Giữ giỏ" }).click();
      if (name === "phone") await page.locator(".veil").click({ position: { x: 10, y: 10 } });
      await tile(page, "CB0003").click();
      await basketShows(page, "18.000");
      await waitFor(async () => (await open())?.join() === "1 CB0003", "the tapped goods in a basket of their own");
      await slowly("sales");
      await payButton(page).click();
      await exactCash(page).click();
      await scanned(page, "8930000000019");
      await basketShows(page, "25.000");
      assert.equal((await receiptOf(till)).total, 18_000);
      await emptyBasket(page, till);
      const { baskets } = await till.call("GET", "/api/v1/drafts");
      assert.equal(baskets.length, 1);
      await till.call("POST", "/api/v1/drafts/basket", { id: baskets[0].id, rev: baskets[0].rev, basket: { lines: [] } });
    });

    on("search without diacritics: no request a keystroke", async (page) => {
      const asked = [];
      page.on("request", (request) => { if (!/status|stock/.test(request.url())) asked.push(request.url()); });
      await page.locator("input[type=search]").pressSequentially("tra THACH den", { delay: 60 });
      assert.deepEqual(await page.locator(".tile .name").allTextContents(), ["Trà thạch đen đóng chai 350 ml"]);
      assert.deepEqual(asked, []);
      await page.locator("input[type=search]").fill("không có gì như thế");
      assert.ok(await page.getByText("Không có hàng nào khớp").isVisible());
      await picture(page, "search-nothing");
    });

    on("parked and taken up again; the power fails in between", async (page) => {
      await tile(page, "CB0001").click();
      await basketShows(page, "25.000");
      await openBasket(page);
      await page.getByRole("button", { name: "Giữ giỏ" }).click();
      await page.getByLabel("Tên để nhớ").fill("áo xanh");
      await picture(page, "park");
      await page.locator("dialog").getByRole("button", { name: "Giữ giỏ" }).click();
      await waitFor(async () => (await till.call("GET", "/api/v1/drafts")).baskets[0]?.parked, "the basket to be parked");
      await till.end("SIGKILL");
      await till.again();
      await page.reload();
      await page.locator(".find").getByRole("button", { name: "Giỏ đang giữ" }).click();
      await page.locator(".panel header").getByRole("button", { name: /Giỏ đang giữ/ }).click();
      await page.getByRole("button", { name: /áo xanh/ }).click();
      await basketShows(page, "25.000");
      if (name === "phone") await page.locator(".veil").click({ position: { x: 10, y: 10 } });
      await payButton(page).click();
      await exactCash(page).click();
      await idle(page);
    });

    on("haggling, odd money and a present", async (page) => {
      await tile(page, "CB0001").click();
      await tile(page, "CB0003").click();
      await basketShows(page, "43.000");
      await openBasket(page);
      await page.getByRole("button", { name: "Mặc cả" }).click();
      await page.getByRole("button", { name: "Bớt lẻ 5.000" }).click();
      await basketShows(page, "40.000");
      await page.getByRole("button", { name: "Mặc cả" }).click();
      await tapNumber(page, "38");
      await picture(page, "haggle");
      await page.locator("dialog .button.main").click();
      await basketShows(page, "38.000");
      await page.getByRole("button", { name: "Mặc cả" }).click();
      await page.getByRole("button", { name: "Giá thường" }).click();
      await page.getByRole("button", { name: /Sửa Bột thạch đen/ }).click();
      await page.getByRole("button", { name: /Tặng kèm/ }).click();
      await picture(page, "line");
      await page.locator("dialog").getByRole("button", { name: "Lưu" }).click();
      await basketShows(page, "25.000");
      await page.locator(".panel .button.money").click();
      await exactCash(page).click();
      await idle(page);
      const { text } = await till.call("GET", `/api/v1/sales/${(await receiptOf(till)).number}`);
      assert.match(text, /Bột thạch đen/);
    });

    on("part in cash, the rest by transfer; card by name", async (page) => {
      await tile(page, "CB0005").click();
      await payButton(page).click();
      await page.getByRole("button", { name: "Chia" }).click();
      await tapNumber(page, "30");
      await picture(page, "split");
      await page.locator("dialog .button.main").click();
      await page.getByText("Còn lại chuyển khoản").waitFor();
      await picture(page, "pay-split");
      await buyerSent(page).click();
      await idle(page);
      let paid = (await till.call("GET", `/api/v1/sales/${(await receiptOf(till)).number}`)).payments;
      assert.deepEqual(paid.map((one) => [one.method, one.amount]).sort(), [["cash", 30_000], ["transfer", 25_000]]);
      await tile(page, "CB0005").click();
      await payButton(page).click();
      await page.getByRole("button", { name: "Thẻ / khác" }).click();
      await page.getByLabel(/Visa/).fill("Visa");
      await page.locator("dialog").getByRole("button", { name: "Thẻ", exact: true }).click();
      await idle(page);
      paid = (await till.call("GET", `/api/v1/sales/${(await receiptOf(till)).number}`)).payments;
      assert.deepEqual([paid[0].method, paid[0].label], ["card", "Visa"]);
    });

    on("awaited transfers: one tap when the money was seen", async (page) => {
      await go(page, "waiting");
      await page.locator("li.card").nth(1).waitFor();
      const before = await page.locator("li.card").count();
      await picture(page, "waiting");
      await page.locator("li.card .button").first().click();
      await waitFor(async () => (await page.locator("li.card").count()) === before - 1, "one to be gone");
      assert.equal((await till.call("GET", "/api/v1/transfers")).rows.filter((row) => row.state === "confirmed").length, 1);
    });

    on("goods back for money, and an exchange where only the difference changes hands", async (page) => {
      await tile(page, "CB0001").click();
      await tile(page, "CB0001").click();
      await tile(page, "CB0002").click();
      await payButton(page).click();
      await exactCash(page).click();
      await idle(page);
      const { number } = await receiptOf(till);
      await go(page, "receipts");
      await picture(page, "receipts");
      await page.locator(".list li button", { hasText: number }).click();
      await page.locator(".paper img").evaluate((img) => img.decode());
      await picture(page, "receipt");
      await page.getByRole("button", { name: /Trả hàng/ }).click();
      await page.locator("dialog .pick").first().click();
      await page.locator("dialog .button.money", { hasText: "25.000" }).waitFor();
      await picture(page, "refund");
      await page.locator("dialog .button.money").click();
      await waitFor(async () => (await receiptOf(till)).kind === "refund", "the refund");
      assert.equal((await receiptOf(till)).total, 25_000);
      await page.locator("section.receipt footer .button.main").click();
      await page.locator("dialog .pick").nth(1).click();
      await page.getByRole("button", { name: "Chọn hàng đổi" }).click();
      await tile(page, "CB0001").click();
      await basketShows(page, "25.000");
      await payButton(page).click();
      await page.getByText("hàng trả lại 20.000").first().waitFor();
      await picture(page, "exchange");
      await exactCash(page).click();
      await idle(page);
      const rows = await till.sales();
      assert.deepEqual(rows.slice(0, 2).map((row) => [row.kind, row.total]), [["sale", 25_000], ["refund", 20_000]]);
    });

    on("a shift from its float to the report, counted blind; another cashier keeps the basket", async (page) => {
      await go(page, "shift");
      await picture(page, "shift-none");
      await page.getByRole("button", { name: "Mở ca" }).click();
      await tapNumber(page, "500");
      await page.locator("dialog .button.main").click();
      await page.getByRole("button", { name: "Đóng ca" }).waitFor();
      await go(page, "");
      await sellForCash(page, "CB0001");
      await go(page, "shift");
      await page.getByRole("button", { name: "Lấy ra khỏi két" }).click();
      await tapNumber(page, "20");
      await page.getByLabel("Lý do").fill("Nước uống");
      await page.locator("dialog .button.main").click();
      await waitFor(async () => (await page.locator("dialog").count()) === 0, "the sheet to close");
      await picture(page, "shift-open");
      assert.equal(await page.getByText("505.000").count(), 0, "the till does not say what it expects before the count");
      await page.getByRole("button", { name: "Đóng ca" }).click();
      await page.locator("#n500000").fill("1");
      await page.locator("#n5000").fill("1");
      await picture(page, "count");
      await page.locator("dialog footer .button").click();
      await page.getByText("Khớp").waitFor();
      await picture(page, "z-report");
      await page.locator("dialog footer .button.main").click();
    });
  }

  test("phone: goods of two sellers in one basket, one by weight: two receipts, one code", async () => {
    await clean(await open(browser, shared, PHONE), async (page) => {
      await tile(page, "CB0001").click();
      await page.locator("input[type=search]").pressSequentially("CB0014", { delay: 60 });
      await tile(page, "CB0014").click();
      await tapNumber(page, "1,25");
      await shot(page, "phone-weight");
      await page.locator("dialog .button.main").click();
      await payButton(page).click();
      await page.locator(".picture img").waitFor();
      await shot(page, "phone-pay-shared");
      await exactCash(page).click();
      await idle(page);
      const rows = await shared.sales();
      assert.equal(rows.length, 2);
      assert.deepEqual(new Set(rows.map((row) => row.exhibitor)), new Set(["EX01", "EX03"]));
    });
  });

  test("offline all along: the page said so; with the server back everything arrives once", async () => {
    const opened = await open(browser, tills.phone, PHONE);
    await clean(opened, async (page) => {
      await waitFor(async () => /chờ gửi từ/.test(await page.locator("header .trust").textContent()), "the trust line to say what waits");
      await shot(page, "phone-offline");
      await go(page, "trust");
      await shot(page, "phone-trust-waiting");
      await server.again();
      await page.getByRole("button", { name: "Gửi ngay" }).click();
      await Promise.all([tills.phone.delivered(), tills.laptop.delivered(), shared.delivered()]);
      await page.getByText("Máy chủ đã có tất cả").waitFor();
      await shot(page, "phone-trust");
    });
    const own = await Promise.all(Object.values(tills).concat(shared).map((till) => till.sales()));
    const sold = own.flat().filter((row) => row.kind === "sale" && !row.voided).reduce((sum, row) => sum + row.total, 0);
    const refunded = own.flat().filter((row) => row.kind === "refund" && !row.voided).reduce((sum, row) => sum + row.total, 0);
    const there = (await server.call("GET", "/api/v1/sales?by=exhibitor")).rows.reduce((sum, row) => sum + row.net, 0);
    assert.ok(sold > 0);
    assert.equal(there, sold - refunded);
  });
}
