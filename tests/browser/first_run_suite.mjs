// From an empty directory to the first sale at an enrolled terminal, by the pages alone: no file is edited.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { LAPTOP } from "./browser.mjs";
import { effort } from "./effort.mjs";
import { at, clean, comesTo, newPage, PASSWORD, picture, problems } from "./office.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

const SETUP_LINK = /http:\/\/\S+#setup=\w+/;

// The server as somebody starts it who has never done so.
async function begun() {
  const server = new Server("phien-server", "server.json");
  const running = server.start("serve", "--port", "0", "--tls-port", "0", "--tls-address", "127.0.0.1");
  running.catch(() => {}); // whoever waits for it hears why
  const link = await waitFor(() => server.log().match(SETUP_LINK)?.[0], "the link");
  return { server, running, link, port: Number(new URL(link).port) };
}
async function makeFair(page, own) {
  if (own) {
    await page.getByText("Phiên của tôi").click();
    await page.getByLabel("Tên phiên chợ").fill("Phiên chợ Đà Bắc 2025 (Mẫu)");
    await page.getByLabel("Ngày đầu").fill("2025-05-15");
    await page.getByLabel("Ngày cuối").fill("2025-05-19");
    await page.getByLabel("Tỉnh chủ nhà").fill("Cao Bằng");
  }
  await page.getByLabel("Họ tên của bạn").fill("Bình (Mẫu)");
  await page.getByLabel("Tên đăng nhập").fill("binh");
  await page.getByLabel("Mật khẩu mới").fill(PASSWORD);
  await page.getByRole("button", { name: "Mở phiên" }).click();
}
async function keepKit(page) {
  const [kit] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Tải bộ khôi phục" }).click()]);
  await page.locator("input[type=file]").setInputFiles(await kit.path());
  await page.locator("h1", { hasText: "Danh mục" }).waitFor({ timeout: 20_000 });
  return readFileSync(await kit.path(), "utf8");
}
async function sellOne(page, server, opened, exhibitor) {
  await at(opened, "terminals");
  await page.getByRole("button", { name: "Thêm máy bán" }).click();
  await page.getByRole("checkbox", { name: exhibitor }).check();
  await page.getByRole("button", { name: "Tạo mã" }).click();
  const link = await page.locator("dialog input[readonly]").inputValue();
  const till = new Till("phien-pos", "pos.json");
  till.run("enrol", link);
  await till.start("run", "--port", "0");
  await page.getByText(/Máy T01 đã vào/).waitFor();
  await waitFor(async () => (await till.status()).catalogue.products > 0, "the catalogue to arrive");
  await at(opened, "live");
  await till.call("POST", "/api/v1/sales", { lines: [{ product: "CB0001", qty: "1" }], payments: [{ method: "cash" }] });
  await comesTo(page, "today", 25_000);
}

export default async function suite(test, browser) {
  let lists;
  test("the sample fair, from nothing to the first sale", async () => {
    const { server, running, link, port } = await begun();
    const opened = await newPage(browser, port, LAPTOP);
    await clean(opened, async (page) => {
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.getByText("Hãy mở liên kết mà máy chủ đã in ra").waitFor();
      await page.goto("about:blank");
      await page.goto(link);
      await page.getByLabel("Họ tên của bạn").waitFor();
      const bad = await problems(page, "setup");
      await picture(page, "setup-fair");
      await makeFair(page, false);
      await page.getByRole("button", { name: "Tải bộ khôi phục" }).waitFor();
      await picture(page, "setup-kit");
      bad.push(...(await problems(page, "kit")));
      assert.deepEqual(bad, []);
      assert.equal(await page.getByText("Mở tệp đã cất").count(), 0, "not before the kit was given");
      await keepKit(page);
      await picture(page, "setup-done");
      await running;
      await sellOne(page, server, opened, /Hoa Thạch/);
      await picture(page, "first-sale");
      const [download] = await Promise.all([page.waitForEvent("download"), (async () => { await at(opened, "import"); await page.getByRole("link", { name: "Tải danh mục hiện có" }).click(); })()]);
      lists = readFileSync(await download.path());
    });
  });

  test("a fair of one's own, its lists from a workbook", async () => {
    const { server, running, link, port } = await begun();
    const opened = await newPage(browser, port, LAPTOP);
    const done = await effort(opened.context);
    await clean(opened, async (page) => {
      await page.goto(link);
      await makeFair(page, true);
      done.end("account and fair", 1);
      await page.getByRole("button", { name: "Tải bộ khôi phục" }).waitFor();
      await page.getByRole("button", { name: "Tải bộ khôi phục" }).click();
      await page.getByLabel("hoặc gõ dòng “check” trong tệp").fill("sai rồi");
      await page.getByRole("button", { name: "Đã cất", exact: true }).click();
      await page.getByText("Đây không phải bộ khôi phục").waitFor();
      await keepKit(page);
      done.end("recovery kit, once wrong");
      await running;
      assert.ok(await page.getByText("Chưa có gì ở đây").isVisible());
      await at(opened, "import");
      await page.locator("input[type=file]").setInputFiles({ name: "danh-sach.xlsx", mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", buffer: lists });
      await page.getByRole("button", { name: "Nhập tất cả" }).click();
      await page.locator("h1", { hasText: "Danh mục" }).waitFor();
      done.end("lists from a workbook", 1);
      await sellOne(page, server, opened, /Hoa Thạch/);
      done.end("a terminal enrolled by link, and its first sale", 2 + 3);
      const seconds = done.print().reduce((sum, step) => sum + step.seconds, 0);
      assert.ok(seconds > 0 && seconds <= 600, "ten minutes from nothing to the first sale");
    });
  });
}
