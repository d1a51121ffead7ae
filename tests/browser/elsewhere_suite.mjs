// A receipt comes to another till: of the same seller, which takes the goods back without having heard of the sale; of another one,
// which says where to go. No server all day.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { LAPTOP, open, PHONE, shot } from "./browser.mjs";
import { basketShows, clean, exactCash, idle, payButton, receiptOf, scanned, tile } from "./hands.mjs";
import { problems } from "./judge.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

prepareZXingModule({ overrides: { wasmBinary: readFileSync(createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm")).buffer } });

/** The code on a receipt, read from the picture that is printed. */
async function codeOn(till, number) {
  const png = await till.bytes(`/api/v1/sales/${number}/image?width=80`);
  const found = await readBarcodes(new Uint8Array(png), { formats: ["QRCode"], tryHarder: true });
  return found.map((one) => one.text).find((text) => text.startsWith("PHIEN"));
}

export default async function suite(test, browser) {
  const server = await Server.started();
  const seller = await Till.enrolled(server, ["EX01"]);
  const second = { phone: await Till.enrolled(server, ["EX01"]), laptop: await Till.enrolled(server, ["EX01"]) };
  const stranger = await Till.enrolled(server, ["EX02"]);
  await server.end("SIGTERM");
  const sold = async (lines) => {
    const { receipts } = await seller.call("POST", "/api/v1/sales", { lines, payments: [{ method: "cash" }] });
    return { number: receipts[0].number, code: await codeOn(seller, receipts[0].number) };
  };

  for (const [size, viewport] of [["phone", PHONE], ["laptop", LAPTOP]])
    test(`${size}: goods sold at another till are given back here, one of them damaged, and another exchanged`, async () => {
      const till = second[size];
      const { number, code } = await sold([{ product: "CB0001", qty: "3" }, { product: "CB0002", qty: "1" }]);
      await clean(await open(browser, till, viewport), async (page) => {
        const stock = async () => (await till.call("GET", "/api/v1/stock?product=CB0001")).rows.find((row) => row.place === "booth").on_hand;
        const before = await stock();
        await scanned(page, code);
        await page.getByText(`Phiếu ${number} bán ở máy khác`).waitFor();
        await page.locator("dialog .pick").first().click();
        await page.locator("dialog .pick").last().click(); // damaged: not for sale again
        await page.locator("dialog .button.money", { hasText: "25.000" }).waitFor();
        await shot(page, `${size}-refund-elsewhere`);
        assert.deepEqual(await problems(page, "refund of another till"), []);
        await page.locator("dialog .button.money").click();
        await page.locator("dialog").waitFor({ state: "detached" });
        const refund = await receiptOf(till);
        assert.deepEqual([refund.kind, refund.total], ["refund", 25_000]);
        assert.equal(await stock(), before, "what is damaged does not go on the shelf");

        await scanned(page, code);
        const first = page.locator("dialog .pick").first();
        assert.match(await first.textContent(), /0 \/ 2 /, "what was given back before is remembered");
        await first.click();
        await first.click();
        await page.locator("dialog .button.money", { hasText: "50.000" }).waitFor();
        await page.getByRole("button", { name: "Chọn hàng đổi" }).click();
        await tile(page, "CB0005").click();
        await basketShows(page, "55.000");
        await payButton(page).click();
        await page.getByText("hàng trả lại 50.000").first().waitFor();
        await exactCash(page).click();
        await idle(page);
        const rows = await till.sales();
        assert.deepEqual(rows.slice(0, 2).map((row) => [row.kind, row.total]), [["sale", 55_000], ["refund", 50_000]]);
        assert.equal(await stock(), before + 2_000);
      });
    });

  test("laptop: another seller's receipt names the booth to go to", async () => {
    const { number, code } = await sold([{ product: "CB0001", qty: "1" }]);
    await clean(await open(browser, stranger, LAPTOP), async (page) => {
      await scanned(page, code);
      await page.locator("dialog .go strong").waitFor();
      assert.ok(number.startsWith(`${(await page.locator("dialog .go strong").textContent()).trim()}-`));
      await shot(page, "laptop-other-seller");
      assert.deepEqual(await problems(page, "another seller"), []);
      await page.locator("dialog footer .button").click();
    });
  });

  test("phone: a long receipt, whose code has number and total only, is for the till that sold it", async () => {
    const lines = ["CB0001", "CB0002", "CB0003", "CB0004", "CB0005", "CB0006"].map((product) => ({ product, qty: "1" }));
    const { number, code } = await sold([...lines, ...lines.map((line) => ({ ...line, discount: 1_000 }))]);
    await clean(await open(browser, second.phone, PHONE), async (page) => {
      await scanned(page, code);
      await page.locator(".notice .alarm", { hasText: number }).waitFor();
    });
  });

  test("with the server back, all of it is there once, and nothing wants a look", async () => {
    await server.again();
    await Promise.all([seller, ...Object.values(second)].map((till) => till.delivered()));
    const net = async () => (await server.call("GET", "/api/v1/sales?by=exhibitor")).rows.reduce((sum, row) => sum + row.net, 0);
    const own = (await Promise.all([seller, ...Object.values(second)].map((till) => till.sales()))).flat();
    await waitFor(async () => (await net()) === own.reduce((sum, row) => sum + (row.kind === "sale" ? row.total : -row.total), 0), "the same sum at the server");
  });
}
