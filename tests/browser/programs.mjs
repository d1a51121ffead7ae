// The real programs on free ports, each with a directory of its own: a server with the sample fair, tills enrolled at it.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(fileURLToPath(new URL("../..", import.meta.url)));
const BIN = resolve(process.env.PHIEN_BIN ?? join(ROOT, "build/release/bin"));
const START_MS = 20_000;
const made = [];

export async function waitFor(condition, what, ms = START_MS) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

class Program {
  constructor(name, state) {
    this.root = mkdtempSync(join(tmpdir(), "phien-browser-"));
    this.data = join(this.root, "data");
    Object.assign(this, { name, state });
    made.push(this);
  }
  run(...args) {
    return execFileSync(join(BIN, this.name), ["--data", this.data, ...args], { encoding: "utf8", timeout: 60_000 });
  }
  json(...args) {
    return JSON.parse(this.run("--json", ...args));
  }
  async start(...args) {
    const log = openSync(join(this.root, "log"), "a");
    this.process = spawn(join(BIN, this.name), ["--data", this.data, ...args], { stdio: ["ignore", log, log] });
    this.ended = new Promise((done) => this.process.once("exit", done));
    this.port = await waitFor(() => {
      if (this.process.exitCode !== null) throw new Error(`${this.name} ended:\n${this.log()}`);
      try {
        const state = JSON.parse(readFileSync(join(this.data, this.state), "utf8"));
        return state.pid === this.process.pid && state.port;
      } catch {
        return undefined;
      }
    }, `${this.name} to start`);
    return this;
  }
  log() {
    return readFileSync(join(this.root, "log"), "utf8");
  }
  async end(signal) {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill(signal);
    await this.ended;
  }
  /** What a GET with the program's own token gives, as it is. */
  bytes(path) {
    const token = readFileSync(join(this.data, this.tokenFile), "utf8").trim();
    return new Promise((done, failed) => {
      http.get({ host: "127.0.0.1", port: this.port, path, headers: { Authorization: `Bearer ${token}` } }, (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part)).on("end", () => done(Buffer.concat(parts)));
      }).on("error", failed);
    });
  }
  /** JSON with the program's own token. */
  call(method, path, body, key = randomBytes(16).toString("hex")) {
    const token = readFileSync(join(this.data, this.tokenFile), "utf8").trim();
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = { Authorization: `Bearer ${token}`, ...(text ? { "Content-Type": "application/json", "Idempotency-Key": key } : {}) };
    return new Promise((done, failed) => {
      const request = http.request({ host: "127.0.0.1", port: this.port, method, path, headers, timeout: 20_000 }, (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("end", () => {
          const said = Buffer.concat(parts).toString();
          if (response.statusCode !== 200) return failed(new Error(`${method} ${path}: ${response.statusCode} ${said}`));
          done(JSON.parse(said));
        });
      });
      request.on("error", failed);
      request.end(text);
    });
  }
}

export class Server extends Program {
  tokenFile = "admin.token";
  static async started(sample = join(ROOT, "deploy/sample/cao-bang-2025")) {
    const server = new Server("phien-server", "server.json");
    server.run("init", "--fair-id", "cao-bang-2025-mau", "--kit", join(server.root, "kit.json"));
    server.run("import", sample, "--yes");
    return server.start("serve", "--port", "0", "--tls-port", "0");
  }
  again() {
    return this.start("serve", "--port", String(this.port), "--tls-port", "0");
  }
}

export class Till extends Program {
  tokenFile = "local.token";
  static async enrolled(server, exhibitors, holder) {
    const till = new Till("phien-pos", "pos.json");
    const { code } = await server.call("POST", "/api/v1/enrolments", { exhibitors, ...(holder ? { holder } : {}) });
    till.run("enrol", `http://127.0.0.1:${server.port}`, code);
    await till.start("run", "--port", "0");
    await waitFor(async () => (await till.call("GET", "/api/v1/status")).catalogue.products > 0, "the catalogue to arrive");
    return till;
  }
  again() {
    return this.start("run", "--port", String(this.port));
  }
  get link() {
    return this.log().match(/http:\/\/\S+\/start\/\w+/g).at(-1);
  }
  status() {
    return this.call("GET", "/api/v1/status");
  }
  sales() {
    return this.call("GET", "/api/v1/sales?limit=1000").then((list) => list.rows);
  }
  /** As `run` is told by more options, on the same port. */
  async with(...options) {
    await this.end("SIGTERM");
    return this.start("run", "--port", String(this.port), ...options);
  }
  async delivered() {
    await waitFor(async () => (await this.status()).waiting === 0, "everything to reach the server");
  }
}

export async function cleanUp() {
  for (const program of made.reverse()) {
    await program.end("SIGKILL");
    rmSync(program.root, { recursive: true, force: true });
  }
}
