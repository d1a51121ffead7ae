// What the buyer sees in a second window, and what a till says of its own accord: a battery that runs out, a clock that is wrong.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LAPTOP, open, PHONE, shot } from "./browser.mjs";
import { basketShows, buyerSent, clean, go, idle, payButton, tile } from "./hands.mjs";
import { problems } from "./judge.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

export default async function suite(test, browser) {
  const server = await Server.started();
  const till = await Till.enrolled(server, ["EX01"]);

  test("the second window follows the basket: goods, sum, code and account name, then thanks", async () => {
    const opened = await open(browser, till, LAPTOP);
    await clean(opened, async (page) => {
      const guest = await opened.context.newPage();
      await guest.setViewportSize({ width: 1024, height: 640 });
      await guest.goto(`http://127.0.0.1:${till.port}/#/guest`);
      const judged = async (name) => {
        await shot(guest, name);
        assert.deepEqual(await problems(guest, name), []);
      };
      await guest.getByText("Kính chào quý khách").waitFor();
      await guest.getByText("A01").waitFor(); // the window opened after the till has spoken
      await judged("guest-idle");
      await tile(page, "CB0001").click();
      await tile(page, "CB0002").click();
      await tile(page, "CB0002").click();
      await basketShows(page, "65.000");
      await guest.locator(".huge", { hasText: "65.000" }).waitFor();
      assert.equal(await guest.locator("li").count(), 2);
      await judged("guest-basket");
      await payButton(page).click();
      await guest.locator(".picture img").evaluate((img) => img.decode());
      const shown = (await page.locator("figcaption strong").textContent()).trim();
      assert.equal((await guest.locator("figcaption strong").textContent()).trim(), shown);
      await judged("guest-pay");
      await page.locator(".note", { hasText: "100.000" }).click();
      await idle(page);
      await guest.getByText("35.000").waitFor();
      await judged("guest-done");
      await go(page, "");
      await tile(page, "CB0003").click();
      await guest.locator(".huge", { hasText: "18.000" }).waitFor();
      await payButton(page).click();
      await buyerSent(page).click();
      await idle(page);
      await guest.getByText("Cảm ơn quý khách").waitFor();
    });
  });

  test("phone: turned round on the counter, and back by any tap", async () => {
    await clean(await open(browser, till, PHONE), async (page) => {
      await tile(page, "CB0001").click();
      await payButton(page).click();
      await page.getByRole("button", { name: "Khách xem" }).click();
      await page.locator(".turned img").evaluate((img) => img.decode());
      await shot(page, "phone-turned");
      await page.mouse.click(180, 300);
      await page.locator(".turned").waitFor({ state: "detached" });
      await buyerSent(page).click();
      await idle(page);
    });
  });

  test("a battery under 15 %: said once, kept on the page of what is safe, and told the organizer once", async () => {
    const power = mkdtempSync(join(tmpdir(), "phien-power-"));
    mkdirSync(join(power, "BAT0"));
    const battery = (status, percent) => Object.entries({ type: "Battery", status, capacity: percent }).forEach(([name, text]) => writeFileSync(join(power, "BAT0", name), `${text}\n`));
    battery("Discharging", 12);
    await till.with("--power", power);
    const told = async () => (await till.bytes("/api/v1/journal/export")).toString().split("Pin máy T01 chỉ còn 12 %").length - 1;
    const opened = await open(browser, till, PHONE);
    await clean(opened, async (page) => {
      await page.locator(".notice .alarm", { hasText: "Pin chỉ còn 12 %" }).waitFor();
      await shot(page, "phone-battery");
      await waitFor(async () => (await told()) === 1, "the note");
      await till.delivered();
      await page.reload();
      await page.locator(".tile").first().waitFor();
      await go(page, "trust");
      await page.locator(".problem", { hasText: "Pin chỉ còn 12 %" }).waitFor();
      assert.equal(await page.locator(".notice .alarm").count(), 0, "said once");
      await till.with("--power", power);
      await page.locator(".problem", { hasText: "Pin chỉ còn 12 %" }).waitFor();
      assert.equal(await told(), 1, "told once, also by a program started anew");
      battery("Charging", 12);
      await page.locator(".problem").waitFor({ state: "detached" });
    });
  });

  test("a clock more than two minutes wrong: said once, with what to do", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "phien-clock-")), "clock");
    writeFileSync(file, `${"25".repeat(16)} 5000000 ${Date.now() - 7 * 60_000}\n`);
    await till.end("SIGTERM");
    await till.start("--clock", file, "run", "--port", String(till.port));
    await waitFor(async () => (await till.status()).clock.quality === "exact", "a reading of the server's clock");
    await clean(await open(browser, till, PHONE), async (page) => {
      await page.locator(".notice .alarm", { hasText: "lệch 7 phút" }).waitFor();
      await go(page, "trust");
      await page.locator(".problem", { hasText: "hãy chỉnh giờ" }).waitFor();
      await shot(page, "phone-clock");
      await page.reload();
      await page.locator(".state").waitFor();
      assert.equal(await page.locator(".notice .alarm").count(), 0);
    });
  });
}
