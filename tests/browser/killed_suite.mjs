// kill -9 of the till's program before and after each unsafe request of a normal sale, with the page left open and with the browser
// gone too: on return there is the basket or the sale, once.
import assert from "node:assert/strict";
import { open, PHONE } from "./browser.mjs";
import { basketShows, exactCash, payButton, tile } from "./hands.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

const UNSAFE = 3; // two taps and the sale

export default async function suite(test, browser) {
  const server = await Server.started();
  const till = await Till.enrolled(server, ["EX01"]);

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

  for (const browserToo of [false, true])
    for (let which = 0; which < UNSAFE; which += 1)
      for (const when of ["before", "after"])
        test(`killed ${when} request ${which + 1}, ${browserToo ? "browser gone as well" : "page left open"}`, async () => {
          const before = (await till.sales()).filter((row) => row.kind === "sale" && !row.voided).length;
          let opened = await open(browser, till, PHONE);
          let count = 0;
          let gone;
          const killed = new Promise((done) => (gone = done));
          await opened.context.route("**/api/v1/**", async (route) => {
            if (route.request().method() === "GET" || count++ !== which) return route.continue();
            if (when === "after") await route.fetch();
            await till.end("SIGKILL");
            await route.abort("connectionreset").catch(() => {});
            gone();
          });
          const selling = sale(opened.page).then(() => "sold", (error) => error);
          await killed;
          if (browserToo) {
            await opened.context.close();
            await selling;
            await till.again();
            opened = await open(browser, till, PHONE);
            const sales = (await till.sales()).filter((row) => row.kind === "sale" && !row.voided).length - before;
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
              assert.equal((await till.sales()).filter((row) => row.kind === "sale" && !row.voided).length, before + 1);
            }
          } else {
            await till.again();
            assert.equal(await selling, "sold");
            assert.equal((await till.sales()).filter((row) => row.kind === "sale" && !row.voided).length, before + 1);
            assert.deepEqual((await till.call("GET", "/api/v1/drafts")).baskets, []);
          }
          await opened.context.close();
        });
}
