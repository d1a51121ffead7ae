// The camera as a scanner: Chromium is shown a film of a barcode and a trace code made here; nothing is fetched from elsewhere.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, LAPTOP, open, PHONE, shot } from "./browser.mjs";
import { clean } from "./hands.mjs";
import { Server, Till, waitFor } from "./programs.mjs";

const EAN = "8930000000019"; // CB0001
const TRACE = "https://txng.example/01/08930000000026/10/L250430?17=250729"; // CB0002
const WIDTH = 640;
const HEIGHT = 360;
const SHOWN_FRAMES = 10; // two seconds each, and as long with nothing
const FRAMES_A_SECOND = 5;

/** Whether each of the 95 modules of an EAN-13 is dark. */
function ean13(digits) {
  const odd = ["0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011"];
  const right = odd.map((code) => [...code].map((bit) => 1 - bit).join(""));
  const even = right.map((code) => [...code].reverse().join(""));
  const kinds = ["OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE", "OEEOOE", "OEEEOO", "OEOEOE", "OEOEEO", "OEEOEO"][digits[0]];
  const left = [...digits.slice(1, 7)].map((one, n) => (kinds[n] === "O" ? odd : even)[one]);
  return `101${left.join("")}01010${[...digits.slice(7)].map((one) => right[one]).join("")}101`;
}
// One frame: Y as given, colours neutral.
const frame = (luma) => Buffer.concat([Buffer.from("FRAME\n"), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
const table = () => Buffer.alloc(WIDTH * HEIGHT, 200);
function barcode() {
  const picture = table();
  const module = 4;
  const left = (WIDTH - 95 * module) / 2;
  [...ean13(EAN)].forEach((dark, n) => {
    if (dark === "1") for (let y = 80; y < 280; y += 1) picture.fill(20, y * WIDTH + left + n * module, y * WIDTH + left + (n + 1) * module);
  });
  return picture;
}
/** The terminal draws the code; the browser reads the picture. */
async function qr(page) {
  const drawn = await page.evaluate(async ([text, width, height]) => {
    const picture = new Image();
    picture.src = `/api/v1/qr.png?text=${encodeURIComponent(text)}`;
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const drawing = canvas.getContext("2d");
    drawing.fillStyle = "#fff";
    drawing.fillRect(0, 0, width, height);
    drawing.drawImage(picture, (width - 300) / 2, (height - 300) / 2, 300, 300);
    const { data } = drawing.getImageData(0, 0, width, height);
    return Array.from({ length: width * height }, (_, n) => (data[n * 4] > 127 ? 235 : 20));
  }, [TRACE, WIDTH, HEIGHT]);
  return Buffer.from(drawn);
}

export default async function suite(test, browser) {
  const server = await Server.started();
  const till = await Till.enrolled(server, ["EX01"]);
  const folder = mkdtempSync(join(tmpdir(), "phien-film-"));
  const film = join(folder, "codes.y4m");
  const first = await open(browser, till, LAPTOP);
  const scenes = [barcode(), table(), await qr(first.page), table()];
  await first.context.close();
  writeFileSync(film, Buffer.concat([
    Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_A_SECOND}:1 Ip A1:1 C420jpeg\n`),
    ...scenes.flatMap((scene) => Array.from({ length: SHOWN_FRAMES }, () => frame(scene))),
  ]));

  for (const [size, viewport] of [["phone", PHONE], ["laptop", LAPTOP]])
    test(`${size}: what comes into sight is sold, once each time; it leaves sight and comes again: one more`, async () => {
      await till.call("POST", "/api/v1/settings", { lang: "vi", theme: "light" });
      const filming = await launch("--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`);
      try {
        const opened = await open(filming, till, viewport);
        await opened.context.grantPermissions(["camera"]);
        await clean(opened, async (page) => {
          const kept = [];
          page.on("request", (request) => {
            if (request.url().endsWith("/drafts/basket")) kept.push(JSON.parse(request.postData()).basket.lines.map((line) => `${line.qty} ${line.product}`).sort((a, b) => a.slice(2).localeCompare(b.slice(2))).join());
          });
          await page.getByRole("button", { name: "Quét bằng camera" }).click();
          await page.locator(".camera .frame").waitFor();
          await waitFor(async () => kept.length >= 3, "three scans", 40_000);
          await page.locator(".camera .name").waitFor();
          await shot(page, `${size}-camera`);
          // The film goes round, so either code may have been the first.
          const expected = kept[0] === "1 CB0001" ? ["1 CB0001", "1 CB0001,1 CB0002", "2 CB0001,1 CB0002"] : ["1 CB0002", "1 CB0001,1 CB0002", "1 CB0001,2 CB0002"];
          assert.deepEqual(kept.slice(0, 3), expected);
          await page.locator(".camera footer .button").click();
          assert.equal(await page.locator(".camera").count(), 0);
          const { baskets } = await till.call("GET", "/api/v1/drafts");
          await till.call("POST", "/api/v1/drafts/basket", { id: baskets[0].id, rev: baskets[0].rev, basket: { lines: [] } });
        });
      } finally {
        await filming.close();
      }
    });

  test("a camera that is not allowed: what to do is said, and selling goes on", async () => {
    await clean(await open(browser, till, PHONE), async (page) => {
      await page.getByRole("button", { name: "Quét bằng camera" }).click();
      await page.locator(".camera .why svg").waitFor();
      await shot(page, "phone-camera-refused");
      await page.keyboard.press("Escape");
      assert.equal(await page.locator(".camera").count(), 0);
    });
    rmSync(folder, { recursive: true });
  });
}
