// Offers set at the till itself, with no server there: what each does to the basket, the list of them, and the end of one.
import assert from "node:assert/strict";
import { LAPTOP, open, PHONE, shot } from "./browser.mjs";
import { basketShows, clean, exactCash, go, idle, openBasket, payButton, tile } from "./hands.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

export default async function suite(test, browser) {
  const server = await Server.started();
  const tills = { phone: await Till.enrolled(server, ["EX01"]), laptop: await Till.enrolled(server, ["EX01"]) };
  await server.end("SIGTERM");
  const offersOf = async (till) => (await till.call("GET", "/api/v1/catalogue")).offers;

  for (const [name, viewport] of [["phone", PHONE], ["laptop", LAPTOP]]) {
    const till = tills[name];
    const on = (what, work) => test(`${name}: ${what}`, async () => clean(await open(browser, till, viewport), work));
    const begin = async (page, type) => {
      await go(page, "offers");
      await page.getByRole("button", { name: "Đặt ưu đãi" }).click();
      await page.locator("dialog .types").getByRole("button", { name: type }).click();
    };
    const set = async (page, count) => {
      await page.locator("dialog footer .button").click();
      await waitFor(async () => (await offersOf(till)).length === count, "the offer to stand");
      await waitFor(async () => (await page.locator("dialog").count()) === 0, "the sheet to close");
    };

    on("a percentage until tonight: shown on the line, and on the receipt", async (page) => {
      await begin(page, "Giảm %");
      await page.locator("dialog .pick").getByRole("button", { name: /Thạch đen ăn liền hộp 500 g/ }).click();
      await page.getByLabel("Giảm bao nhiêu %").fill("10");
      await page.getByRole("button", { name: "Hết hôm nay" }).click();
      await shot(page, `${name}-offer-new`);
      await set(page, 1);
      assert.equal((await offersOf(till))[0].value, 1000);
      await go(page, "");
      await tile(page, "CB0001").click();
      await basketShows(page, "22.500");
      await openBasket(page);
      await page.locator(".lines").getByText(/−10%.*giảm 2\.500/).waitFor();
      await shot(page, `${name}-offer-basket`);
      await page.locator(".panel .button.money").click();
      await exactCash(page).click();
      await idle(page);
      assert.equal((await till.sales())[0].total, 22_500);
    });

    on("a new price, buy two get one, a combo; one is ended", async (page) => {
      await begin(page, "Giá mới");
      await page.locator("dialog .pick").getByRole("button", { name: /vị gừng/ }).click();
      await page.getByLabel("Giá bán").fill("18");
      await set(page, 2);
      await begin(page, "Mua N tặng M");
      await page.locator("dialog .pick").getByRole("button", { name: /Bột thạch đen/ }).click();
      await page.getByLabel("Mua", { exact: true }).fill("2");
      await page.getByLabel("Tặng", { exact: true }).fill("1");
      await set(page, 3);
      await begin(page, "Combo");
      await page.locator("#q-CB0005").fill("1");
      await page.locator("#q-CB0006").fill("2");
      await page.getByLabel("Giá cả combo").fill("80");
      await shot(page, `${name}-offer-combo`);
      await set(page, 4);
      await shot(page, `${name}-offers`);
      const quote = async (lines) => (await till.call("POST", "/api/v1/quote", { lines })).total;
      assert.equal(await quote([{ product: "CB0002", qty: 1 }]), 18_000);
      assert.equal(await quote([{ product: "CB0003", qty: 3 }]), 36_000);
      assert.equal(await quote([{ product: "CB0005", qty: 1 }, { product: "CB0006", qty: 2 }]), 80_000);
      await page.locator("li.card", { hasText: "18.000 đ" }).getByRole("button").click();
      await waitFor(async () => (await offersOf(till)).length === 3, "the offer to end");
      await page.getByText("Đã kết thúc").waitFor();
      await waitFor(async () => (await page.locator("li.card").count()) === 3, "the list to say so");
    });
  }
}
