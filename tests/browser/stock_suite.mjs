// What stands at the booth: shown with the other till's sales in it, received, taken out, counted; with the server there and away.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LAPTOP, open, PHONE, shot } from "./browser.mjs";
import { FairClock, FIRST_MORNING, serverOn, tillOn } from "./fair.mjs";
import { clean, exactCash, go, idle, payButton, tile } from "./hands.mjs";
import { waitFor } from "./programs.mjs";

const left = async (till, product) => (await till.call("GET", `/api/v1/stock?product=${product}`)).rows.find((row) => row.place === "booth").on_hand / 1000;
const goods = (page, name) => page.locator(".goods button", { hasText: name });

export default async function suite(test, browser) {
  const clock = new FairClock();
  clock.set(FIRST_MORNING);
  const server = await serverOn(clock);
  const tills = { phone: await tillOn(clock, server, ["EX01"]), laptop: await tillOn(clock, server, ["EX08"]) };
  const beside = await tillOn(clock, server, ["EX01"]);
  clock.set(FIRST_MORNING + 600_000); // the opening stock was there before anything is counted
  const of = { phone: ["CB0001", "CB0002", "CB0003"], laptop: tills.laptop.goods.slice(0, 3).map((one) => one.id) };

  test("goods that another till of the exhibitor sold are gone from the shelf shown here", async () => {
    await clean(await open(browser, tills.phone, PHONE), async (page) => {
      await go(page, "stock");
      await goods(page, "Thạch đen ăn liền hộp 500 g").getByText("320").waitFor();
      await beside.call("POST", "/api/v1/sales", { lines: [{ product: "CB0001", qty: 5 }], payments: [] });
      await goods(page, "Thạch đen ăn liền hộp 500 g").getByText("315").waitFor();
      assert.match(await page.locator(".head").textContent(), /Tính cả các máy khác, đến/);
    });
  });

  for (const [name, viewport] of [["phone", PHONE], ["laptop", LAPTOP]]) {
    const till = tills[name];
    const [first, second, third] = of[name];
    const named = (id) => till.goods.find((one) => one.id === id).name;
    const on = (what, work) => test(`${name}: ${what}`, async () => clean(await open(browser, till, viewport), work));

    on("two taps take goods out by their reason, and one takes that back", async (page) => {
      const before = await left(till, first);
      await go(page, "stock");
      await goods(page, named(first)).click();
      await shot(page, `${name}-stock-item`);
      await page.locator("dialog").getByRole("button", { name: "Nếm thử" }).click();
      await page.getByText("Đã xuất 1").waitFor();
      assert.equal(await left(till, first), before - 1);
      await shot(page, `${name}-stock`);
      await page.locator("footer").getByRole("button", { name: "Hoàn tác" }).click();
      await waitFor(async () => (await left(till, first)) === before, "the sample to be back");
      await goods(page, named(first)).click();
      await page.locator("dialog").getByLabel("Số lượng").fill("3");
      await page.locator("dialog").getByRole("button", { name: "Hỏng" }).click();
      await page.getByText("Đã xuất 3").waitFor();
      assert.equal(await left(till, first), before - 3);
    });

    on("goods arrive with what the transfer note says", async (page) => {
      const before = await left(till, second);
      await go(page, "stock");
      await page.getByRole("button", { name: "Nhập hàng" }).click();
      await page.locator(`#q-${second}`).fill("24");
      await page.getByRole("button", { name: `Thêm một: ${named(third)}` }).click();
      await page.getByRole("button", { name: /Phiếu xuất kho/ }).click();
      await page.getByLabel("Số phiếu").fill("PXK-07 (Mẫu)");
      await shot(page, `${name}-receive`);
      await page.getByRole("button", { name: "Nhập 2 món" }).click();
      await page.getByText("Đã nhập 2 món").waitFor();
      assert.equal(await left(till, second), before + 24);
      const file = join(till.root, "journal");
      till.run("journal", "export", file);
      assert.match(readFileSync(file, "utf8"), /"document":\{"number":"PXK-07 \(Mẫu\)"\}/);
    });

    on("a count: the difference is said before and after; what is missing becomes a late sale", async (page) => {
      clock.set(clock.now + 60_000); // after what was sold at the other till
      const [one, two] = [await left(till, first), await left(till, second)];
      await go(page, "stock");
      await page.getByRole("button", { name: "Kiểm hàng" }).click();
      await page.locator(`#q-${first}`).fill(String(one - 4));
      await page.locator(`#q-${second}`).fill(String(two));
      await page.locator(`#q-${third}`).fill("0");
      await shot(page, `${name}-count-goods`);
      await page.getByRole("button", { name: "Xem chênh lệch (3 món)" }).click();
      const sheet = page.locator("dialog");
      await sheet.getByText("−4").or(sheet.getByText("-4")).first().waitFor();
      await sheet.locator(".chips").getByRole("button", { name: named(first) }).click();
      await sheet.getByRole("button", { name: /Tiền mặt/ }).waitFor();
      await shot(page, `${name}-differences`);
      await sheet.getByRole("button", { name: "Ghi bán bù và số đã đếm" }).click();
      await page.getByText("Đã kiểm").waitFor();
      await shot(page, `${name}-counted`);
      await page.locator("dialog footer .button").click();
      assert.equal(await left(till, first), one - 4);
      assert.equal(await left(till, third), 0);
      const sale = (await till.sales())[0];
      assert.equal(sale.total, 4 * till.goods.find((good) => good.id === first).price);
      await till.delivered();
      const row = (await server.call("GET", "/api/v1/stock")).rows.find((got) => got.product === first && got.place === "booth");
      assert.equal(row.count_difference, 0, "what was sold late is no difference of the count");
    });

    on("what runs out or nears its last day is said on the tile and in the list", async (page) => {
      await tile(page, third).getByText("còn 0").waitFor();
      await go(page, "stock");
      await page.getByRole("button", { name: /^Sắp hết \d/ }).click();
      assert.ok(await goods(page, named(third)).isVisible());
      assert.equal(await goods(page, named(first)).count(), 0);
      await shot(page, `${name}-stock-low`);
    });
  }

  test("goods in their last week, and past it, are marked", async () => {
    await clean(await open(browser, tills.phone, PHONE), async (page) => {
      await tile(page, "CB0004").getByText("Sắp hết hạn").waitFor();
      clock.set(FIRST_MORNING + 3 * 86_400_000);
      await tile(page, "CB0004").getByText("Hết hạn", { exact: true }).waitFor();
      await shot(page, "phone-expired");
    });
  });

  test("a tile held down tells its goods to a foreign guest, and sells nothing", async () => {
    await clean(await open(browser, tills.phone, PHONE), async (page) => {
      await tile(page, "CB0001").click({ delay: 700 });
      const card = page.locator("dialog .guest");
      await card.getByText("25,000 đ").waitFor();
      for (const said of ["per box", "4-star OCOP", "Thạch An", "Food safety, HACCP", "500 g", "29 July 2025"]) assert.ok(await card.getByText(said).first().isVisible(), said);
      await card.locator("img").evaluate((img) => img.decode());
      await shot(page, "phone-guest-card");
      assert.equal((await tills.phone.call("GET", "/api/v1/drafts")).baskets.length, 0);
      await page.keyboard.press("Escape");
      await tile(page, "CB0001").click();
      await payButton(page).click();
      await exactCash(page).click();
      await idle(page);
    });
  });

  test("alcohol asks for the age once a basket, and a no leaves it out", async () => {
    const wine = await tillOn(clock, server, ["EX13"]);
    await clean(await open(browser, wine, PHONE), async (page) => {
      await tile(page, "CB0063").click();
      await page.getByText("khách đã đủ 18 tuổi chưa").waitFor();
      await shot(page, "phone-age");
      await page.getByRole("button", { name: "Không bán" }).click();
      assert.equal((await wine.call("GET", "/api/v1/drafts")).baskets.length, 0);
      await tile(page, "CB0063").click();
      await page.getByRole("button", { name: "Được, thêm vào giỏ" }).click();
      await tile(page, "CB0064").click();
      await payButton(page).click();
      await exactCash(page).click();
      await idle(page);
      assert.equal((await wine.sales())[0].total, 320_000);
    });
  });

  test("the server away: stock is what this till knows, and movements are kept", async () => {
    await server.end("SIGTERM");
    await clean(await open(browser, tills.phone, PHONE), async (page) => {
      const before = await left(tills.phone, "CB0003");
      await go(page, "stock");
      await goods(page, "Bột thạch đen").click();
      await page.locator("dialog").getByRole("button", { name: "Nhập hàng" }).click();
      await page.getByText("Đã nhập 1").waitFor();
      assert.equal(await left(tills.phone, "CB0003"), before + 1);
    });
  });
}
