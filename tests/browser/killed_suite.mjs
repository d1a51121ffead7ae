// kill -9 of the till's program before and after each unsafe request of a normal sale, with the page left open or gone too; the tab
// closed, and kill -9 of the browser, at the same places: on return there is the basket or the sale, once.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { HOW, open, PHONE } from "./browser.mjs";
import { basketShows, exactCash, payButton, tile } from "./hands.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

const UNSAFE = 3; // two taps and the sale

export default async function suite(test, browser) {
  const server = await Server.started();
  const till = await Till.enrolled(server, ["EX01"]);

  const sold = async () => (await till.sales()).filter((row) => row.kind === "sale" && !row.voided).length;
  async function sale(page) {
    await tile(page, "CB0001").click();
    await basketShows(page, "25.000");
    await tile(page, "CB0002").click();
    await basketShows(page, "45.000");
    await payButton(page).click();
    await exactCash(page).click();
    await waitFor(async () => (await page.locator(".done:visible").count()) > 0, "the sale to be over");
  }

  test("a normal sale has three unsafe requests", async () => {
    const opened = await open(browser, till, PHONE);
    const seen = [];
    opened.page.on("request", (request) => { if (request.method() !== "GET") seen.push(new URL(request.url()).pathname); });
    await sale(opened.page);
    assert.deepEqual(seen, ["/api/v1/drafts/basket", "/api/v1/drafts/basket", "/api/v1/sales"]);
    await opened.context.close();
  });

  const WAYS = {
    "the program killed": { program: true },
    "the program killed and the tab closed": { program: true, tab: true },
    "the tab closed": { tab: true },
    "the browser killed": { browser: true },
  };
  for (const [way, ends] of Object.entries(WAYS))
    for (let which = 0; which < UNSAFE; which += 1)
      for (const when of ["before", "after"])
        test(`${way} ${when} request ${which + 1}`, async () => {
          const before = await sold();
          const own = ends.browser ? await chromium.launchServer(HOW) : undefined;
          const opened = await open(own ? await chromium.connect(own.wsEndpoint()) : browser, till, PHONE);
          let count = 0;
          let gone;
          const ended = new Promise((done) => (gone = done));
          await opened.context.route("**/api/v1/**", async (route) => {
            if (route.request().method() === "GET" || count++ !== which) return route.continue().catch(() => {});
            if (when === "after") await route.fetch();
            if (ends.program) await till.end("SIGKILL");
            if (own) await own.kill();
            else await route.abort("connectionreset").catch(() => {});
            gone();
          });
          const selling = sale(opened.page).then(() => "sold", (error) => error);
          await ended;
          if (ends.tab) await opened.context.close();
          if (ends.tab || own) await selling;
          if (ends.program) await till.again();
          if (ends.tab || own) {
            await taken(which, when, before);
          } else {
            assert.equal(await selling, "sold");
            assert.equal(await sold(), before + 1);
            assert.deepEqual((await till.call("GET", "/api/v1/drafts")).baskets, []);
            await opened.context.close();
          }
        });

  // Somebody comes back in a new window: the sale is there, or the basket as far as it was kept, and can be sold, once.
  async function taken(which, when, before) {
    const opened = await open(browser, till, PHONE);
    const sales = (await sold()) - before;
    const { baskets } = await till.call("GET", "/api/v1/drafts");
    assert.equal(sales, which === 2 && when === "after" ? 1 : 0);
    const lines = which + (when === "after" ? 1 : 0);
    assert.equal(baskets.length, sales === 1 || lines === 0 ? 0 : 1);
    if (baskets.length) {
      assert.equal(baskets[0].basket.lines.length, Math.min(lines, 2));
      await basketShows(opened.page, lines === 1 ? "25.000" : "45.000");
      await payButton(opened.page).click();
      await exactCash(opened.page).click();
      await waitFor(async () => (await opened.page.locator(".done:visible").count()) > 0, "the sale to be over");
      assert.equal(await sold(), before + 1);
    }
    await opened.context.close();
  }
}
