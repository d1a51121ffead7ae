// Around the sale: buyers met, orders, tax invoices, visitors, late sales, the end of a shift, and the last day.
import assert from "node:assert/strict";
import { LAPTOP, open, PHONE, shot } from "./browser.mjs";
import { basketShows, clean, go, openBasket, receiptOf, sellForCash, tile } from "./hands.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

export default async function suite(test, browser) {
  const servers = { phone: await Server.started(), laptop: await Server.started() };
  const tills = { phone: await Till.enrolled(servers.phone, ["EX01"]), laptop: await Till.enrolled(servers.laptop, ["EX01", "EX03"], "EX01") };
  // What the terminal refuses is said to the seller; Chromium notes it as an error as well.
  const refusals = (opened, statuses) => {
    assert.deepEqual(opened.faults.map((fault) => Number(/status of (\d+)/.exec(fault)?.[1])), statuses);
    opened.faults.length = 0;
  };
  const rows = async (till, what) => (await till.call("GET", `/api/v1/${what}`)).rows;
  const left = async (till, product) => (await rows(till, `stock?product=${product}`)).find((row) => row.place === "booth").on_hand / 1000;

  for (const [name, viewport] of [["phone", PHONE], ["laptop", LAPTOP]]) {
    const till = tills[name];
    const on = (what, work) => test(`${name}: ${what}`, async () => {
      const opened = await open(browser, till, viewport);
      await clean(opened, (page) => work(page, opened));
    });
    const picture = (page, what) => shot(page, `${name}-${what}`);

    on("a lead in few taps, kept with consent, with the samples that went along", async (page) => {
      const before = await left(till, "CB0001");
      await go(page, "people");
      await page.getByText("Chưa ghi khách hỏi mua nào.").waitFor();
      await page.getByRole("button", { name: "Khách hỏi mua" }).click();
      const started = Date.now();
      const sheet = page.locator("dialog");
      await sheet.getByLabel("Quan tâm hàng gì").fill("Thạch đen ăn liền, 500 hộp mỗi tháng");
      await sheet.getByLabel("Công ty").fill("Siêu thị Bến Thành (Mẫu)");
      await sheet.getByLabel("Điện thoại").fill("0900000001");
      assert.ok(await sheet.getByRole("button", { name: "Lưu" }).isDisabled(), "a name is not kept without consent");
      await sheet.getByRole("checkbox").click();
      await sheet.getByLabel("Giá trị ước tính").fill("120000000");
      await picture(page, "lead");
      await sheet.getByRole("button", { name: /Hàng mẫu đã đưa/ }).click();
      await sheet.locator("#q-CB0001").fill("2");
      await sheet.getByRole("button", { name: "Lưu" }).click();
      assert.ok(Date.now() - started < 30_000);
      await page.locator("li.card", { hasText: "Siêu thị Bến Thành" }).waitFor();
      await picture(page, "people");
      assert.equal((await rows(till, "leads"))[0].value, 120_000_000);
      await waitFor(async () => (await left(till, "CB0001")) === before - 2, "the samples to be out");
    });

    on("an order with a deposit, delivered against the rest; another called off", async (page) => {
      const order = async (deposit) => {
        await go(page, "");
        await tile(page, "CB0002").click();
        await tile(page, "CB0002").click();
        await basketShows(page, "40.000");
        await openBasket(page);
        await page.locator(".panel header .button").first().click();
        await page.locator("dialog").getByRole("button", { name: /Đặt hàng/ }).click();
        await page.getByLabel("Điện thoại").fill("0900000002");
        await page.getByLabel("Người liên hệ").fill("Chị Hoa (Mẫu)");
        await page.getByLabel("Đặt cọc").fill(deposit);
        await picture(page, "order-new");
        await page.locator("dialog footer .button.money").click();
        await page.getByText("Đã ghi đơn").waitFor();
      };
      await order("15");
      assert.equal((await till.call("GET", "/api/v1/drafts")).baskets.length, 0, "the basket went with the order");
      await order("10");
      await go(page, "people");
      await page.getByRole("button", { name: "Đặt hàng", exact: true }).click();
      await page.getByText("còn 25.000").waitFor();
      await picture(page, "orders");
      await page.locator("li button", { hasText: "còn 25.000" }).click();
      await picture(page, "order");
      await page.locator("dialog footer .button.money").click();
      await waitFor(async () => (await rows(till, "orders")).length === 1, "the order to be over");
      assert.deepEqual((await till.sales())[0].kind, "sale");
      await page.locator("li button", { hasText: "còn 30.000" }).click();
      await page.getByRole("button", { name: "Hủy đơn" }).click();
      await page.getByLabel("Giữ lại của tiền cọc").fill("4");
      await page.locator("dialog footer .button.alarm").click();
      await page.getByText("Không có đơn nào đang chờ.").waitFor();
    });

    on("a tax invoice is asked for from the receipt; a mistyped tax code is said", async (page, opened) => {
      await go(page, "");
      await sellForCash(page, "CB0001");
      const { number } = await receiptOf(till);
      await go(page, "receipts");
      await page.locator(".list li button", { hasText: number }).click();
      await page.getByRole("button", { name: "Lấy hóa đơn" }).click();
      await page.getByLabel("Mã số thuế").fill("0100109107");
      await page.getByLabel("Công ty").fill("Công ty Sao Vàng (Mẫu)");
      await picture(page, "invoice");
      await page.locator("dialog footer .button").click();
      await page.getByText("Mã số thuế không đúng").waitFor();
      await page.getByLabel("Mã số thuế").fill("0100109106");
      await page.locator("dialog footer .button").click();
      await page.getByText(/Đã yêu cầu hóa đơn: Công ty Sao Vàng/).waitFor();
      refusals(opened, [400]);
      await picture(page, "receipt-invoice");
    });

    on("or at the sale itself", async (page) => {
      await go(page, "");
      await sellForCash(page, "CB0001");
      await page.locator(".done:visible").getByRole("button", { name: "Lấy hóa đơn" }).click();
      await page.getByLabel("Công ty").fill("Công ty Sao Mai (Mẫu)");
      await page.locator("dialog footer .button").click();
      await page.getByText("Đã ghi yêu cầu hóa đơn.").waitFor();
      const { invoice } = await till.call("GET", `/api/v1/sales/${(await receiptOf(till)).number}`);
      assert.equal(invoice.personal.company, "Công ty Sao Mai (Mẫu)");
      await picture(page, "done-invoice");
    });

    on("visitors by taps, written together", async (page) => {
      await go(page, "people");
      await page.getByRole("button", { name: "Khách ghé" }).click();
      const before = (await till.call("GET", "/api/v1/visitors")).count;
      for (let n = 0; n < 7; n += 1) await page.getByRole("button", { name: "+1 khách" }).click();
      assert.equal((await page.locator(".count strong").textContent()).trim(), String(before + 7));
      await picture(page, "visitors");
      await go(page, "");
      await waitFor(async () => (await till.call("GET", "/api/v1/visitors")).count === before + 7, "the visitors to be written");
    });

    on("a shift: late sales go into its drawer, then the report and a slip for each exhibitor as they are printed", async (page) => {
      await till.call("POST", "/api/v1/shifts/open", { float: 100_000 });
      await go(page, "late");
      await page.locator("#q-CB0001").fill("3");
      await page.getByLabel("Chỉ biết số tiền").fill("60");
      await page.locator("footer .button.money", { hasText: "135.000" }).waitFor();
      await picture(page, "late");
      await page.locator("footer .button.money").click();
      await page.getByText("Đã ghi bán bù 135.000").waitFor();
      const { text } = await till.call("GET", `/api/v1/sales/${(await receiptOf(till)).number}`);
      assert.match(text, /Ghi sau khi bán/);
      await go(page, "shift");
      await page.getByRole("button", { name: "Đóng ca" }).click();
      await page.locator("#n200000").fill("1");
      await page.locator("#n20000").fill("1");
      await page.locator("#n10000").fill("1");
      await page.locator("#n5000").fill("1");
      await page.locator("dialog footer .button").click();
      await page.getByText("Khớp").waitFor();
      await page.getByRole("button", { name: /135\.000/ }).waitFor();
      await picture(page, "z-hand-in");
      await page.getByRole("button", { name: /135\.000/ }).click();
      await page.locator(".paper img").evaluate((img) => img.decode());
      await picture(page, "hand-in");
      await page.locator("dialog footer .button.main").click();
      await page.getByRole("button", { name: "Bản in" }).click();
      await page.locator(".paper img").evaluate((img) => img.decode());
      await picture(page, "z-paper");
      await page.locator("dialog footer .button.main").click();
    });

    on("the last day: clearance, the pack list with its value, and green only when everything is elsewhere", async (page) => {
      await go(page, "leaving");
      await page.getByLabel("Giảm bao nhiêu %").fill("40");
      await page.getByRole("button", { name: "Giảm tất cả" }).click();
      await page.getByText("Mọi món giảm 40%").waitFor();
      assert.equal((await till.call("POST", "/api/v1/quote", { lines: [{ product: "CB0001", qty: 1 }] })).total, 15_000);
      await picture(page, "leaving");
      const value = (await till.call("POST", "/api/v1/quote/pack", { exhibitor: "EX01" })).value;
      assert.ok(value > 0);
      await page.getByRole("button", { name: /Ghi phiếu trả/ }).click();
      await page.getByText(`trị giá ${value.toLocaleString("vi-VN")}`).waitFor();
      assert.equal(await left(till, "CB0001"), 0);
      await page.getByRole("button", { name: "Bản in" }).click();
      await page.locator(".paper img").evaluate((img) => img.decode());
      await picture(page, "pack-paper");
      await page.locator("dialog footer .button.main").click();
      await till.delivered();
      await page.getByText("An toàn để tắt máy").waitFor();
      await picture(page, "leaving-safe");
    });
  }

  test("phone: with the server gone, a file read back makes it green, until the next entry", async () => {
    await servers.phone.end("SIGTERM");
    const till = tills.phone;
    const opened = await open(browser, till, PHONE);
    await clean(opened, async (page) => {
      await till.call("POST", "/api/v1/visitors", { count: 1 });
      await go(page, "leaving");
      await page.getByText("Chưa tắt máy").waitFor();
      const asked = page.waitForEvent("download");
      await page.getByRole("link", { name: "Sao ra USB" }).click();
      const file = await (await asked).path();
      await page.locator("input[type=file]").setInputFiles(file);
      await page.getByText("An toàn để tắt máy").waitFor();
      await shot(page, "phone-leaving-file");
      await till.call("POST", "/api/v1/visitors", { count: 1 });
      await page.getByText("Chưa tắt máy").waitFor();
      await page.locator("input[type=file]").setInputFiles(file);
      await page.getByText("Tệp không phải bản sao đầy đủ").waitFor();
      refusals(opened, [422]);
    });
  });
}
