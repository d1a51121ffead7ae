// The printer as a seller sets it up: by its address, a test page, every receipt by itself; off, out of order, and again.
import assert from "node:assert/strict";
import net from "node:net";
import { LAPTOP, open, PHONE, shot } from "./browser.mjs";
import { bar, clean, go, idle, receiptOf, sellForCash } from "./hands.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

const OK = [["\x10\x04\x02", 0x12], ["\x10\x04\x04", 0x12]];
const PRINTED = "\x1dr\x01";

/** A printer that answers what it is asked: ready, and, behind what it printed, whether there was paper to the end. */
class Paper {
  jobs = [];
  runsOut = false;
  #sockets = new Set();
  async on(port = 0) {
    this.server = net.createServer((socket) => {
      const job = [];
      const answered = new Map();
      this.jobs.push(job);
      this.#sockets.add(socket);
      socket.on("data", (bytes) => {
        job.push(bytes);
        const text = Buffer.concat(job).toString("latin1");
        for (const [question, answer] of [...OK, [PRINTED, this.runsOut ? 0x0c : 0]]) {
          const asked = text.split(question).length - 1;
          for (let n = answered.get(question) ?? 0; n < asked; n += 1) socket.write(Buffer.from([answer]));
          answered.set(question, asked);
        }
      });
      socket.on("error", () => {}).on("end", () => socket.end()).on("close", () => this.#sockets.delete(socket));
    });
    await new Promise((done) => this.server.listen(port, "127.0.0.1", done));
    this.port = this.server.address().port;
    return this;
  }
  async off() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }
  get last() {
    return Buffer.concat(this.jobs.at(-1) ?? []);
  }
}
const CUT = Buffer.from([0x1d, 0x56, 0x42, 0]);
const KICK = Buffer.from([0x1b, 0x70]);

export default async function suite(test, browser) {
  const server = await Server.started();
  for (const [size, viewport] of [["phone", PHONE], ["laptop", LAPTOP]])
    test(`${size}: set up by its address, tried, printing by itself; switched off and on again, and out of order`, async () => {
      const till = await Till.enrolled(server, ["EX01"]);
      const paper = await new Paper().on();
      const states = async () => (await till.call("GET", "/api/v1/printer")).jobs.map((job) => `${job.kind} ${job.state}`);
      await clean(await open(browser, till, viewport), async (page) => {
        await page.locator("[aria-keyshortcuts=F10]:visible").click();
        await page.getByRole("button", { name: "Máy in" }).click();
        await shot(page, `${size}-printer-none`);
        await page.getByRole("button", { name: "Mạng (LAN)" }).click();
        await page.getByLabel("Địa chỉ của máy in").fill("không phải địa chỉ");
        await page.getByRole("button", { name: "Lưu", exact: true }).click();
        await page.locator(".notice .alarm", { hasText: "tcp://MÁY:9100" }).waitFor();
        await page.getByLabel("Địa chỉ của máy in").fill(`127.0.0.1:${paper.port}`);
        await page.getByRole("button", { name: "Lưu", exact: true }).click();
        await page.getByRole("button", { name: "In thử một trang" }).click();
        await waitFor(async () => (await states())[0] === "test printed", "the test page");
        assert.ok(paper.last.includes(CUT) && paper.last.length > 2_000, "a picture of a page, and a cut");
        await page.getByRole("button", { name: "Khổ giấy 58 mm" }).click();
        await page.getByRole("switch", { name: /In mọi phiếu/ }).click();
        await page.getByRole("switch", { name: /Mở két/ }).click();
        await page.locator('[role=switch][aria-checked="true"]').nth(2).waitFor();
        const { address, paper: mm, automatic, drawer, cut } = await till.call("GET", "/api/v1/printer");
        assert.deepEqual({ address, mm, automatic, drawer, cut }, { address: `tcp://127.0.0.1:${paper.port}`, mm: 58, automatic: true, drawer: true, cut: true });

        await go(page, "");
        await sellForCash(page, "CB0001");
        await waitFor(async () => (await states())[0] === "receipt printed", "the receipt");
        assert.ok(paper.last.includes(KICK) && paper.last.indexOf(KICK) < paper.last.indexOf(Buffer.from([0x1d, 0x76])), "the drawer opens before the paper moves");

        await paper.off();
        await sellForCash(page, "CB0002"); // a printer that is off holds up no sale
        const { number } = await receiptOf(till);
        await go(page, "printer");
        const waiting = page.locator("li", { hasText: number });
        await waiting.getByText("đang chờ").waitFor();
        await page.locator(".problem").waitFor();
        await shot(page, `${size}-printer-off`);
        await waiting.getByRole("button", { name: "Thôi" }).click();
        await waiting.waitFor({ state: "detached" });

        paper.runsOut = true;
        await paper.on(paper.port);
        await go(page, "");
        await idle(page);
        await bar(page).locator(".done").getByRole("button", { name: "In", exact: true }).click();
        await go(page, "printer");
        const broken = page.locator("li", { hasText: number });
        await broken.getByRole("button", { name: "In lại" }).waitFor({ timeout: 20_000 });
        await shot(page, `${size}-printer-trouble`);
        paper.runsOut = false;
        await broken.getByRole("button", { name: "In lại" }).click();
        await waitFor(async () => (await states())[0] === "receipt printed", "the receipt in the end");
        await page.locator("li", { hasText: number }).getByText("đã in").waitFor();
        await shot(page, `${size}-printer`);
        await page.getByRole("button", { name: "Không in" }).click();
        await waitFor(async () => (await till.call("GET", "/api/v1/printer")).address === "", "no printer");
      });
      await paper.off();
      await till.end("SIGTERM");
    });
}
