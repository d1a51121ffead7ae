// A fair that has been open for two days and a half, on a clock of its own: real tills sell, some booths declare, some are silent.
import { mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, Server, Till, waitFor } from "./programs.mjs";

const HOUR = 3_600_000;
export const FIRST_MORNING = Date.UTC(2025, 4, 15, 2); // 09:00 in the fair's zone
const BOOT = "25".repeat(16);
const DAYS = 3;
const LAST_DAY_HOURS = 6;

// One clock for all machines of a fair; it stands still until it is moved.
export class FairClock {
  file = join(mkdtempSync(join(tmpdir(), "phien-clock-")), "clock");
  set(now) {
    this.now = now;
    writeFileSync(`${this.file}.new`, `${BOOT} ${now - FIRST_MORNING + HOUR} ${now}\n`);
    renameSync(`${this.file}.new`, this.file);
  }
}

// The same numbers in every run (a linear congruential generator): what the screens show can be compared by eye.
function dice(seed) {
  let state = seed;
  return (n) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * n);
  };
}

export async function serverOn(clock) {
  const server = new Server("phien-server", "server.json");
  server.run("--clock", clock.file, "init", "--fair-id", "cao-bang-2025-mau", "--kit", join(server.root, "kit.json"));
  server.run("--clock", clock.file, "import", join(ROOT, "deploy/sample/cao-bang-2025"), "--yes");
  return server.start("--clock", clock.file, "serve", "--port", "0", "--tls-port", "0", "--tls-address", "127.0.0.1");
}

export async function tillOn(clock, server, exhibitors) {
  const till = new Till("phien-pos", "pos.json");
  const { code } = await server.call("POST", "/api/v1/enrolments", { exhibitors, ...(exhibitors.length > 1 ? { holder: exhibitors[0] } : {}) });
  till.run("--clock", clock.file, "enrol", `http://127.0.0.1:${server.port}`, code);
  await till.start("--clock", clock.file, "run", "--port", "0");
  await waitFor(async () => (await till.call("GET", "/api/v1/status")).catalogue.products > 0, "the catalogue to arrive");
  till.goods = (await till.call("GET", "/api/v1/catalogue")).products.filter((one) => one.sold_by === "piece" && one.price > 0);
  return till;
}

export const sell = (till, product, qty, method = "cash") =>
  till.call("POST", "/api/v1/sales", { lines: [{ product, qty: String(qty) }], payments: [{ method }] });

export async function openFair() {
  const clock = new FairClock();
  clock.set(FIRST_MORNING);
  const server = await serverOn(clock);
  const tills = [];
  for (const exhibitors of [["EX01"], ["EX02"], ["EX03", "EX04", "EX05", "EX06", "EX07"], ["EX08", "EX09", "EX10", "EX11", "EX12"]])
    tills.push(await tillOn(clock, server, exhibitors));
  const roll = dice(2025);
  for (let day = 0; day < DAYS; day += 1) {
    for (let hour = 0; hour < (day === DAYS - 1 ? LAST_DAY_HOURS : 11); hour += 1) {
      clock.set(FIRST_MORNING + day * 24 * HOUR + hour * HOUR + roll(40) * 60_000);
      for (const till of tills) {
        if (till === tills[1] && day === DAYS - 1) continue; // its battery is empty on the last morning
        const busy = 1 + roll(hour > 3 && hour < 9 ? 4 : 2);
        for (let n = 0; n < busy; n += 1) await sell(till, till.goods[roll(till.goods.length)].id, 1 + roll(4), roll(3) === 0 ? "transfer" : "cash");
      }
    }
  }
  await tills[1].end("SIGTERM");
  for (const till of tills.filter((one) => one !== tills[1])) await till.delivered();
  const declared = { place: "booth", lines: [], method: "sổ tay của gian" };
  for (const [exhibitor, day, amount] of [["EX13", "2025-05-17", 1_850_000], ["EX14", "2025-05-17", 940_000], ["EX14", "2025-05-16", 1_120_000]])
    await server.call("POST", "/api/v1/declared-sales", { ...declared, exhibitor, day, sales: 9, total: amount, payments: [{ method: "cash", amount, holder: exhibitor }] });
  const seller = tills[0];
  for (const [type, goods, value] of [["enquiry", "Thạch đen ăn liền, hỏi giá sỉ 500 hộp", 0], ["memorandum", "Cung cấp thạch đen cho chuỗi siêu thị (Mẫu)", 120_000_000], ["contract", "2 tấn thạch đen, giao tháng 7 (Mẫu)", 86_000_000]])
    await seller.call("POST", "/api/v1/leads", { type, goods, value, consent: true, personal: { name: "Người mua (Mẫu)", phone: "0900000000" } });
  await seller.call("POST", "/api/v1/visitors", { count: 340 });
  // Things a person must look at: a drawer that is off, and more sold than there was.
  await seller.call("POST", "/api/v1/shifts/open", { float: 500_000 });
  await seller.call("POST", "/api/v1/shifts/close", { counted: 460_000 });
  const left = new Map((await tills[3].call("GET", "/api/v1/stock")).rows.map((row) => [row.product, row.on_hand / 1000]));
  const [scarce] = [...tills[3].goods].sort((a, b) => left.get(a.id) * a.price - left.get(b.id) * b.price);
  await sell(tills[3], scarce.id, left.get(scarce.id) + 2);
  await tills[3].delivered();
  await seller.delivered();
  return { clock, server, tills };
}
