// The organizer's pages over a fair that is open: figures as they come, what wants a person, what a person does about it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LAPTOP, PHONE } from "./browser.mjs";
import { openFair, sell } from "./fair.mjs";
import { at, clean, comesTo, figure, invited, newPage, PASSWORD, picture, problems, WALL } from "./office.mjs";
import { waitFor } from "./programs.mjs";

const SCREENS = ["live", "attention", "terminals", "catalogue", "import", "proposals", "declared", "leads", "reports", "people", "tokens", "connections"];
const MOST_JS = 200 * 1024;
const WITHIN_MS = 1_000;
const READABLE_VH = 2.4; // of a wall read at ten metres: no text smaller than this part of its height

export default async function suite(test, browser) {
  const { server, tills, clock } = await openFair();
  const boss = await invited(browser, server, "binh", "organizer");
  const exhibitor = await invited(browser, server, "hoa-thach", "exhibitor", ["EX01"]);
  const organizer = (viewport, options = {}) => newPage(browser, server.port, viewport, { storage: boss, ...options });

  const SIZES = { phone: PHONE, narrow: { width: 390, height: 844 }, laptop: LAPTOP, huge: { width: 3840, height: 2160 } };
  for (const [size, viewport] of Object.entries(SIZES))
    for (const theme of ["light", "dark"])
      test(`${size}, ${theme}: every screen passes axe and fits`, async () => {
        const opened = await organizer(viewport, { theme });
        await clean(opened, async (page) => {
          const bad = [];
          for (const screen of SCREENS) {
            await at(opened, screen);
            bad.push(...(await problems(page, screen)));
            await picture(page, `${size}-${theme}-${screen}`);
          }
          assert.deepEqual(bad, []);
        });
      });

  test("a sale at a till is on the page within a second, and as much in every breakdown", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      await at(opened, "live");
      const before = await figure(page, "today");
      const goods = tills[0].goods.find((one) => one.id === "CB0001");
      const started = Date.now();
      await sell(tills[0], goods.id, 2);
      const sold = Date.now();
      await comesTo(page, "today", before + 2 * goods.price);
      assert.ok(Date.now() - sold <= WITHIN_MS, `${Date.now() - sold} ms after the sale was done (${Date.now() - started} since it was asked for)`);
      const live = await server.call("GET", "/api/v1/live");
      assert.equal(live.exhibitors.reduce((sum, one) => sum + one.net, 0), live.all.net);
      assert.ok(await page.getByText("1 máy chưa báo về").isVisible(), "who is behind stands beside the figures");
      assert.match(await page.locator(".coverage").textContent(), /16 gian: \d+ bán bằng máy, 2 khai báo/);
      await page.getByText("Xem dạng bảng").first().click();
      assert.ok(await page.locator("details[open] table").isVisible(), "the chart's figures as a table");
    });
  });

  test("the wall is read from ten metres, asks nothing and shows what changes", async () => {
    const opened = await organizer(WALL);
    await clean(opened, async (page) => {
      await page.clock.install();
      await at(opened, "wall");
      await page.locator("[data-scene=takings]").waitFor();
      const seen = [];
      for (let scene = 0; scene < 3; scene += 1) {
        seen.push(await page.locator(".scene").getAttribute("data-scene"));
        const small = await page.evaluate((least) => [...document.querySelectorAll("main *")].filter((node) => [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim()) && !node.closest(".hidden") && parseFloat(getComputedStyle(node).fontSize) < (least * innerHeight) / 100).map((node) => node.textContent.trim()), READABLE_VH);
        assert.deepEqual(small, []);
        const over = await page.evaluate(() => [...document.querySelectorAll(".scene, .best, .hours, footer")].filter((node) => node.scrollHeight > node.clientHeight + 2 || node.scrollWidth > node.clientWidth + 2).map((node) => node.className));
        assert.deepEqual(over, [], "nothing is cut off");
        await page.clock.runFor(2_000);
        await picture(page, `wall-${scene + 1}`);
        await page.clock.runFor(12_000);
      }
      assert.deepEqual(new Set(seen).size, 3, seen.join());
      await page.keyboard.press("Escape");
      await page.locator(".frame").waitFor();
    });
  });

  test("a booth's takings are declared, and marked as such", async () => {
    const opened = await organizer(PHONE);
    await clean(opened, async (page) => {
      await at(opened, "declared");
      await page.getByLabel("Gian nào?").selectOption("EX16");
      await page.getByLabel("Biết bằng cách nào?").fill("sổ tay của gian");
      await page.getByLabel("Tiền mặt").fill("1.250");
      await page.getByLabel("Chuyển khoản").fill("300");
      assert.ok(await page.getByText("300.000 đ").isVisible(), "what was understood is shown");
      await page.getByLabel("Tiền mặt").fill("1.250.000");
      await page.getByRole("button", { name: "Ghi doanh thu" }).click();
      await page.locator("tbody").getByText("1.550.000").waitFor();
      const row = (await server.call("GET", "/api/v1/live")).exhibitors.find((one) => one.key === "EX16");
      assert.deepEqual([row.net, row.covered], [1_550_000, "declared"]);
    });
  });

  test("a source of bank notices is set up, and a notice that matches nothing is assigned with one tap", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      await at(opened, "connections");
      await page.getByRole("button", { name: "Thêm nguồn" }).click();
      await page.getByLabel("Tên gọi").fill("Báo có thử (Mẫu)");
      await page.getByLabel("Mã ngắn, không dấu").fill("sepay");
      await picture(page, "source");
      await page.locator("dialog footer button").click();
      const secret = await page.locator("dialog input[readonly]").inputValue();
      assert.match(secret, /^[0-9a-f]{48}$/);
      await page.locator("dialog").getByRole("button", { name: "Đóng" }).click();
      const goods = tills[0].goods[0];
      await sell(tills[0], goods.id, 3, "transfer");
      const awaited = async () => (await server.call("GET", "/api/v1/transfers")).rows.filter((row) => row.state === "claimed" && row.exhibitor === "EX01");
      await waitFor(async () => (await awaited()).length > 0, "the till tells of its transfer");
      const paid = (await awaited())[0];
      const body = { id: 1, transferType: "in", transferAmount: paid.claimed, content: "Chị Hoa chuyển tiền", accountNumber: "", transactionDate: "2025-05-17 10:00:00" };
      const told = await fetch(`http://127.0.0.1:${server.port}/api/v1/bank/notices/sepay`, { method: "POST", body: JSON.stringify(body), headers: { Authorization: `Apikey ${secret}` } });
      assert.equal((await told.json()).notices[0].fate, "waiting");
      await at(opened, "attention");
      await page.getByRole("button", { name: /^Chọn khoản/ }).click();
      await picture(page, "bank-which");
      await page.locator("dialog").getByRole("button", { name: new RegExp(paid.pay_ref) }).click();
      await page.getByText(`Đã gán cho ${paid.pay_ref}`).waitFor();
      const after = (await server.call("GET", "/api/v1/transfers")).rows.find((row) => row.pay_ref === paid.pay_ref);
      assert.equal(after.state, "confirmed");
    });
  });

  test("where alerts go is set and taken away again", async () => {
    const opened = await organizer(PHONE);
    await clean(opened, async (page) => {
      await at(opened, "connections");
      await page.getByRole("button", { name: "Đặt: Webhook" }).click();
      await page.getByLabel("Địa chỉ").fill("https://127.0.0.1:9/canh-bao");
      await page.locator("dialog footer button").click();
      await page.locator("dialog input[readonly]").waitFor();
      await picture(page, "alerts-secret");
      await page.locator("dialog").getByRole("button", { name: "Đóng" }).click();
      await page.getByRole("button", { name: "Đặt: Thư điện tử" }).click();
      await picture(page, "alerts-mail");
      await page.locator("dialog").getByRole("button", { name: "Đóng" }).click();
      await page.getByRole("button", { name: "Gỡ bỏ: Webhook" }).click();
      await page.locator("dialog footer button").click();
      await page.getByText("Đã lưu.").waitFor();
      assert.deepEqual(await server.call("GET", "/api/v1/alerts/outlets"), {});
    });
  });

  test("a terminal is added by a code that is scanned, and revoked with a reason", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      await at(opened, "terminals");
      await page.getByRole("button", { name: "Thêm máy bán" }).click();
      await page.getByRole("checkbox", { name: /Đèo Gió/ }).check();
      await picture(page, "enrol-who");
      await page.getByRole("button", { name: "Tạo mã" }).click();
      await page.locator("dialog img").evaluate((image) => image.decode());
      await picture(page, "enrol-code");
      const link = await page.locator("dialog input[readonly]").inputValue();
      const code = link.match(/enrol=(\w+)/)[1];
      const fresh = tills.added = new tills[0].constructor("phien-pos", "pos.json");
      fresh.run("--clock", clock.file, "enrol", `http://127.0.0.1:${server.port}`, code);
      await page.getByText(/Máy T\d+ đã vào/).waitFor();
      const id = (await page.getByText(/Máy T\d+ đã vào/).textContent()).match(/T\d+/)[0];
      await page.locator("dialog footer").getByRole("button", { name: "Đóng" }).click();
      await page.getByRole("button", { name: `Thu hồi ${id}` }).click();
      await page.getByLabel("Lý do").fill("máy bị mất");
      await page.locator("dialog footer button").click();
      await page.locator(".gone", { hasText: id }).getByText("máy bị mất").waitFor();
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Tải bản sao mọi nhật ký" }).click()]);
      assert.match(download.suggestedFilename(), /\.phien$/);
      await page.locator(".tools input[type=file]").setInputFiles(await download.path());
      await page.getByText("Bản sao đã được cất nơi khác.").waitFor();
      await page.getByText(/Bản sao lưu gần nhất/).waitFor();
    });
  });

  test("a terminal tells how it is, and is replaced from the page", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      await at(opened, "terminals");
      const card = page.locator(".grid li", { hasText: "A01 · T01" });
      await card.getByText(/Ổ đĩa trống/).waitFor();
      await card.getByText(/^phien-pos /).waitFor();
      await picture(page, "terminals-told");
      await page.getByRole("button", { name: "Thay máy T01" }).click();
      await page.getByText("với số riêng").waitFor();
      const bad = await problems(page, "replace");
      await page.getByRole("button", { name: "Tạo mã" }).click();
      await page.locator("dialog img").evaluate((image) => image.decode());
      await picture(page, "replace-code");
      assert.match(await page.locator("dialog input[readonly]").inputValue(), /enrol=\w{8}/);
      assert.deepEqual(bad, []);
    });
  });

  test("price labels and booth cards come as PDF, and what is still open can be taken back", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      const bad = [];
      const isPdf = async (press) => {
        const [download] = await Promise.all([page.waitForEvent("download"), press.click()]);
        assert.match(readFileSync(await download.path(), "latin1").slice(0, 8), /^%PDF-1/);
        return download.suggestedFilename();
      };
      await at(opened, "catalogue");
      await page.getByRole("button", { name: "In nhãn giá" }).click();
      await page.getByLabel("Của đơn vị").selectOption("EX01");
      await page.getByLabel("Số nhãn mỗi sản phẩm").fill("10");
      await page.getByText("60 nhãn, 3 tờ A4").waitFor();
      bad.push(...(await problems(page, "labels")));
      await picture(page, "labels");
      assert.equal(await isPdf(page.getByRole("link", { name: "Tải PDF" })), "nhan-gia.pdf");
      await at(opened, "terminals");
      await page.getByRole("button", { name: "Thẻ gian hàng" }).click();
      await page.getByText("4 gian", { exact: true }).waitFor(); // those without a till yet
      bad.push(...(await problems(page, "cards")));
      assert.equal(await isPdf(page.getByRole("button", { name: "Tải PDF" })), "the-gian-hang.pdf");
      await page.getByText(/\d mã chưa dùng, mã cuối/).waitFor();
      await picture(page, "cards");
      await page.getByRole("button", { name: "Hủy mã chưa dùng" }).click();
      await page.getByText(/\d mã chưa dùng, mã cuối/).waitFor({ state: "detached" });
      assert.deepEqual(bad, []);
    });
  });

  test("a key for a program is made, shown once, used, and revoked", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      const bad = [];
      await at(opened, "people");
      await page.getByRole("link", { name: "Khóa API" }).click();
      await page.getByText("Chưa có khóa nào.").waitFor();
      await page.getByRole("button", { name: "Tạo khóa" }).click();
      await page.getByLabel("Dùng cho việc gì").fill("Bảng tính của ban tổ chức");
      await page.getByLabel("Vai trò").selectOption("reporter");
      bad.push(...(await problems(page, "token-new")));
      await picture(page, "token-new");
      await page.locator("dialog footer button").click();
      const secret = await page.getByLabel("Khóa", { exact: true }).inputValue();
      bad.push(...(await problems(page, "token-made")));
      await picture(page, "token-made");
      const asked = () => page.evaluate((key) => fetch("/api/v1/sales", { headers: { Authorization: `Bearer ${key}` }, credentials: "omit" }).then((answer) => answer.status), secret);
      assert.equal(await asked(), 200);
      await page.getByRole("button", { name: "Đóng" }).click();
      assert.ok(!(await page.content()).includes(secret), "shown once");
      await page.getByRole("button", { name: /Thu hồi: Bảng tính/ }).click();
      await page.locator("dialog footer button").click();
      await page.getByText("đã thu hồi", { exact: true }).waitFor();
      assert.equal(await asked(), 401);
      await picture(page, "tokens-list");
      assert.deepEqual(bad, []);
    });
  });

  for (const size of ["narrow", "laptop", "huge"]) test(`English, ${size}: every screen passes axe and fits`, async () => {
    const opened = await organizer(SIZES[size]);
    await clean(opened, async (page) => {
      await opened.context.addInitScript(() => localStorage.setItem("phien.lang", "en"));
      const bad = [];
      for (const screen of SCREENS) {
        await at(opened, screen);
        await page.reload();
        await at(opened, screen);
        bad.push(...(await problems(page, screen)));
      }
      assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
      await picture(page, `english-${size}-tokens`);
      assert.deepEqual(bad, []);
    });
  });

  test("what wants a person is explained, and a ruling ends it", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      await at(opened, "attention");
      const off = page.locator(".panel", { hasText: "Ngăn kéo lệch" });
      await off.waitFor();
      await picture(page, "attention-open");
      await off.getByRole("button", { name: /Quyết định/ }).click();
      await page.getByLabel("Ghi lại điều đã tìm hiểu").fill("Đếm lại, thiếu do trả lại tiền thừa");
      await picture(page, "ruling");
      await page.getByRole("button", { name: "Đã xem, xong" }).click();
      await off.waitFor({ state: "detached" });
      await page.getByRole("button", { name: /Xem cả mục đã xong/ }).click();
      await off.waitFor();
    });
  });

  test("a price is changed with its history, and says how many tills have it", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      await at(opened, "catalogue");
      await page.getByPlaceholder("Tìm…").fill("thach den an lien hop");
      await page.getByRole("button", { name: /Thạch đen ăn liền hộp 500 g/ }).click();
      await page.getByLabel("Giá bán").fill("27.000");
      await page.locator("dialog footer button").click();
      await page.locator("dialog").waitFor({ state: "detached" });
      await waitFor(async () => (await tills[0].call("GET", "/api/v1/catalogue")).products.find((one) => one.id === "CB0001").price === 27_000, "the price to reach the till");
      await page.getByRole("button", { name: /Thạch đen ăn liền hộp 500 g/ }).click();
      await page.getByText(/1 trong 1 máy đã nhận bản mới nhất/).waitFor();
      await page.getByText("Lịch sử (2)").click();
      assert.ok(await page.getByText("Giá bán: 25.000 → 27.000").isVisible());
      await picture(page, "item-history");
    });
  });

  test("a product gets a picture, made small, and loses it", async () => {
    const opened = await organizer({ width: 390, height: 844 });
    await clean(opened, async (page) => {
      await at(opened, "catalogue");
      const photo = await page.evaluate(() => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 2400, height: 1600 });
        const context = canvas.getContext("2d");
        const light = context.createLinearGradient(0, 0, 2400, 1600);
        light.addColorStop(0, "#1d3b2a");
        light.addColorStop(1, "#e8d9b0");
        context.fillStyle = light;
        context.fillRect(0, 0, 2400, 1600);
        return canvas.toDataURL("image/png").split(",")[1];
      });
      await page.getByPlaceholder("Tìm…").fill("CB0002");
      await page.getByRole("button", { name: /CB0002/ }).click();
      await page.locator("dialog input[type=file]").setInputFiles({ name: "anh.png", mimeType: "image/png", buffer: Buffer.from(photo, "base64") });
      const image = page.locator("dialog .photo img");
      await image.waitFor();
      assert.deepEqual(await image.evaluate(async (one) => (await one.decode(), [one.naturalWidth, one.naturalHeight])), [320, 214]);
      const bad = await problems(page, "picture");
      await picture(page, "picture-item");
      await page.getByRole("button", { name: "Đóng" }).first().click();
      await page.locator("li img").waitFor();
      await picture(page, "picture-list");
      await page.getByRole("button", { name: /CB0002/ }).click();
      await page.getByRole("button", { name: "Bỏ ảnh" }).click();
      await image.waitFor({ state: "detached" });
      assert.deepEqual(bad, []);
    });
  });

  test("lists come in by dropping them: every problem at its cell, set right in place, all or nothing", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      await at(opened, "import");
      const csv = "Mã sản phẩm,Mã đơn vị,Tên sản phẩm,Đơn vị tính,Giá bán,Thuế suất\nCB9001,EX13,Mật ong rừng chai 500 ml (Mẫu),chai,120.000đ,KCT\nCB9002,EX13,Mật ong hoa nhãn (Mẫu),chai,mười lăm nghìn,KCT\n";
      await page.locator("input[type=file]").setInputFiles({ name: "san-pham.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
      await page.getByText(/chỗ cần sửa/).first().waitFor();
      await picture(page, "import-problems");
      const box = page.locator("li form input").first();
      await box.fill("15.000");
      await page.locator("li form button").first().click();
      await page.getByText("Sẽ thay đổi").waitFor();
      await picture(page, "import-difference");
      await page.getByRole("button", { name: "Nhập tất cả" }).click();
      await page.locator("h1", { hasText: "Danh mục" }).waitFor();
      const found = (await server.call("GET", "/api/v1/catalogue")).products.filter((one) => one.id.startsWith("CB900")).map((one) => one.price);
      assert.deepEqual(found, [120_000, 15_000]);
    });
  });

  test("columns nobody knows are matched by hand, and old fonts converted", async () => {
    const opened = await organizer({ width: 390, height: 844 });
    await clean(opened, async (page) => {
      await at(opened, "import");
      const csv = "cột một,cột hai,cột ba,cột bốn,cột năm,cột sáu\nCB9101,EX13,Th¹ch ®en gãi (MÉu),gói,21.000,8\n";
      await page.locator("input[type=file]").setInputFiles({ name: "gian-13.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
      await page.getByText("không nhận ra danh sách nào").waitFor();
      await page.getByLabel("Trang gian-13.csv là").selectOption("products");
      for (const [column, field] of [["một", "sku"], ["hai", "exhibitor_id"], ["ba", "name"], ["bốn", "unit"], ["năm", "price_vnd"], ["sáu", "vat_code"]]) {
        await page.getByLabel(`Cột cột ${column} là`).selectOption(field);
        await page.locator("select:disabled").first().waitFor({ state: "detached" });
      }
      await page.getByText("Khớp 6 trong 6 cột").waitFor();
      const bad = await problems(page, "import-columns");
      await picture(page, "import-columns");
      await page.getByRole("button", { name: "Chuyển" }).click();
      await page.getByRole("button", { name: "Nhập tất cả" }).click();
      await page.locator("h1", { hasText: "Danh mục" }).waitFor();
      const found = (await server.call("GET", "/api/v1/catalogue")).products.find((one) => one.id === "CB9101");
      assert.deepEqual([found.name, found.price], ["Thạch đen gói (Mẫu)", 21_000]);
      assert.deepEqual(bad, []);
    });
  });

  test("a lead's personal data is erased after a second look", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      await at(opened, "leads");
      await page.getByRole("button", { name: /Xóa dữ liệu cá nhân: 2 tấn thạch đen/ }).click();
      await picture(page, "erase");
      await page.locator("dialog footer button").click();
      await page.getByText("Đã ghi lệnh xóa").waitFor();
      await page.getByText("Đã xóa ở máy chủ").waitFor();
      await page.getByText("Đã xóa ở máy T01").waitFor();
      await page.getByText(/trong 4 máy đã nhận lệnh xóa/).waitFor();
      await picture(page, "erased");
    });
  });

  test("closing makes an edition that can be downloaded", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      await at(opened, "reports");
      await page.getByRole("button", { name: "Chốt phiên" }).click();
      await page.locator("dialog").getByText("1 máy chưa báo về").first().waitFor();
      await picture(page, "close-fair");
      await page.locator("dialog footer button").click();
      await page.getByRole("button", { name: "Bản chốt 1" }).waitFor();
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /XLSX/ }).click()]);
      assert.match(download.suggestedFilename(), /-1\.xlsx$/);
    });
  });

  test("an exhibitor sees its own figures and no more", async () => {
    const opened = await newPage(browser, server.port, PHONE, { storage: exhibitor });
    await clean(opened, async (page) => {
      const asked = [];
      page.on("response", (response) => asked.push([new URL(response.url()).pathname, response.status()]));
      for (const screen of ["live", "attention", "catalogue", "leads", "proposals"]) await at(opened, screen);
      await at(opened, "live");
      await picture(page, "exhibitor-live");
      const text = await page.locator("main").textContent();
      for (const other of ["Suối Vàng", "Mây Núi", "Rèn Lửa Hồng"]) assert.ok(!text.includes(other), other);
      await at(opened, "people"); // is not there for an exhibitor: the live page is
      await page.locator("h1", { hasText: "Trực tiếp" }).waitFor();
      assert.deepEqual(asked.filter(([, status]) => status >= 400), []);
    });
  });

  test("from another device, over TLS: a wrong password is refused, the right one is in", async () => {
    const { tls_port: port } = JSON.parse(readFileSync(join(server.data, "server.json"), "utf8"));
    const opened = await newPage(browser, port, PHONE, { scheme: "https" });
    await clean(opened, async (page) => {
      await page.goto(opened.address);
      await page.getByLabel("Tài khoản").fill("binh");
      await page.getByLabel("Mật khẩu").fill("không phải mật khẩu");
      await page.getByRole("button", { name: "Đăng nhập" }).click();
      await page.locator(".notice .alarm").waitFor();
      await picture(page, "login-refused");
      await page.getByLabel("Mật khẩu").fill(PASSWORD);
      await page.getByRole("button", { name: "Đăng nhập" }).click();
      await page.locator("h1", { hasText: "Trực tiếp" }).waitFor();
      const [cookie] = await opened.context.cookies();
      assert.deepEqual([cookie.name, cookie.secure, cookie.httpOnly, cookie.sameSite], ["__Host-phien-server", true, true, "Strict"]);
    });
  });

  test("the pages are light, and come from this server alone", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      let bytes = 0;
      page.on("response", async (response) => { if (response.url().endsWith(".js")) bytes += Number(response.headers()["content-length"] ?? 0); });
      await at(opened, "live");
      assert.ok(bytes > 10_000 && bytes <= MOST_JS, `${bytes} bytes of JavaScript`);
    });
  });

  test("a server out of reach is said, and figures say when they stopped", async () => {
    const opened = await organizer(LAPTOP);
    await clean(opened, async (page) => {
      await at(opened, "live");
      const before = await figure(page, "today");
      await server.end("SIGTERM");
      await page.getByText("Số liệu dừng ở").waitFor();
      assert.equal(await figure(page, "today"), before);
      await picture(page, "live-offline");
      await server.start("--clock", clock.file, "serve", "--port", String(server.port), "--tls-port", "0", "--tls-address", "127.0.0.1");
      await page.getByRole("button", { name: "Đăng nhập" }).waitFor({ timeout: 20_000 });
      await picture(page, "login");
    });
  });
}
