// What the page knows of its terminal, and the few things that concern every screen: language, notices, who sells.
import { get, newKey, NoAnswer, post, Refused, type Message } from "@shared/request";
import type { Cashier, Catalogue, Drafts, List, PinTried, Problem, Product, Settings, Status, StockRow } from "./types";
import { WORDS, type Word } from "./words";

export type Screen = "sell" | "pay" | "receipts" | "waiting" | "shift" | "trust" | "stock" | "offers" | "people" | "late" | "leaving" | "printer" | "phones";
const SCREENS: Screen[] = ["sell", "pay", "receipts", "waiting", "shift", "trust", "stock", "offers", "people", "late", "leaving", "printer", "phones"];
// What a phone paired with a till is for; the terminal refuses it the rest (pos/api/phone_words.cpp).
const OF_PHONES: Screen[] = ["sell", "pay", "receipts", "waiting", "trust", "stock", "people"];
const STATUS_EVERY_MS = 4_000;
const RETRY_EVERY_MS = 700;
const CLOCK_TOLERANCE_MS = 120_000;
const LOW_BATTERY = 15; // percent
const PATIENCE_MS = 5_000; // until a seller with a phone is told that there is no answer
const TRY_FOR_MS = 60_000; // then a phone sends nothing again by itself: the buyer has gone, or has paid elsewhere
const LONG_PAIRED_MS = 600_000;
const KNOWN_PHONE = "phien.phone"; // the pairing that was looked at last
const NEWLY_PAIRED = "phien.newly-paired";

// A server that is not there is no matter for a person: the line says what waits, and selling goes on.
const OFFLINE = ["no_connection", "time_out"];
export const needsPerson = (problem: Problem): boolean => !OFFLINE.includes(problem.code);

/** Sent again and again without an answer, and given up: whether it was written is not known. */
export class Unanswered extends NoAnswer {}

interface Notice {
  text: string;
  alarm: boolean;
}

class Till {
  ready = $state(false);
  locked = $state(false); // no session
  silent = $state(false); // the program does not answer
  screen = $state<Screen>("sell");
  status = $state<Status>();
  catalogue = $state.raw<Catalogue>({ fair: {}, exhibitors: [], products: [], cashiers: [], proposals: [], offers: [] });
  settings = $state<Settings>({});
  notice = $state<Notice>();
  refused = $state(""); // what the cashier has no right to, until a manager has allowed it or not
  stock = $state.raw<Map<string, StockRow>>(new Map());
  printer = $derived((this.status?.printer.state ?? "none") !== "none"); // there is one to print on
  phone = $derived(this.status?.phone ?? null); // this page is on a paired phone
  noShift = $derived(this.phone !== null && this.status?.shift_open === false); // cash taken now is in no shift
  newlyPaired = $state(localStorage.getItem(NEWLY_PAIRED) !== null); // a phone that has not read yet what a second warning means
  #known = $state(localStorage.getItem(KNOWN_PHONE));
  newPhone = $derived.by(() => {
    const latest = this.status?.phones?.latest;
    return latest && latest.id !== this.#known ? latest : undefined; // paired, and nobody here has said that it is ours
  });
  trying = $state(false); // a phone's write has had no answer for a while
  unsure = $state(false); // nor will it be sent again; the till has not answered since
  outcome = $state(""); // what became of it
  products = $derived(new Map(this.catalogue.products.map((one) => [one.id, one])));

  #noticeTimer: ReturnType<typeof setTimeout> | undefined;
  #seq = -1;

  get lang(): "vi" | "en" {
    return this.settings.lang ?? "vi";
  }
  get cashier(): string | undefined {
    const { cashiers } = this.catalogue;
    const named = cashiers.find((one) => one.id === this.settings.cashier);
    return named?.id ?? (cashiers.length === 1 ? cashiers[0]!.id : undefined);
  }

  /** Somebody must give a PIN before anything is written. */
  get mustUnlock(): boolean {
    const cashier = this.catalogue.cashiers.find((one) => one.id === this.cashier);
    const asked = cashier ? cashier.has_pin : this.catalogue.cashiers.some((one) => one.has_pin);
    return asked && this.status !== undefined && this.status.unlocked !== cashier?.id;
  }
  /** How many minutes this device's clock is wrong; 0 when it is right enough. */
  get minutesOff(): number {
    const clock = this.status?.clock;
    const off = clock && clock.quality !== "unknown" ? Math.abs(clock.offset_ms) : 0;
    return off > CLOCK_TOLERANCE_MS ? Math.round(off / 60_000) : 0;
  }
  /** Percent left in a battery that is low and not being charged; 0 otherwise. */
  get batteryLow(): number {
    const battery = this.status?.battery;
    return battery && !battery.charging && battery.percent < LOW_BATTERY ? Math.max(1, battery.percent) : 0;
  }
  get managers(): Cashier[] {
    return this.catalogue.cashiers.filter((one) => one.is_manager && one.has_pin);
  }

  word = (name: Word, values: Record<string, string | number> = {}): string => {
    const text: string = WORDS[name][this.lang === "vi" ? 0 : 1];
    return text.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
  };
  said = (message: Message): string => message[this.lang];
  product = (id: string): Product | undefined => this.products.get(id);
  exhibitorName = (id: string): string => {
    const found = this.catalogue.exhibitors.find((one) => one.id === id);
    return found?.short_name || found?.name || id;
  };
  cashierName = (id: string): string => this.catalogue.cashiers.find((one) => one.id === id)?.name ?? id;

  tell(text: string, alarm = false): void {
    clearTimeout(this.#noticeTimer);
    this.notice = { text, alarm };
    this.#noticeTimer = setTimeout(() => (this.notice = undefined), alarm ? 6_000 : 2_500);
  }
  /** A thing that goes on: said when it begins, and no more until tomorrow. */
  tellOnce(what: string, text: string): void {
    const key = `phien.told.${what}`;
    const today = new Date().toDateString();
    if (localStorage.getItem(key) === today) return;
    localStorage.setItem(key, today);
    this.tell(text, true);
  }
  hush(): void {
    clearTimeout(this.#noticeTimer);
    this.notice = undefined;
  }
  /** Says why something failed. */
  explain(error: unknown): void {
    if (error instanceof Refused) {
      if (error.status === 401) this.locked = true;
      else if (error.code === "not_allowed" && this.managers.length > 0) this.refused = this.said(error.said);
      else if (error.code === "pin_needed") void this.refresh();
      else this.tell(this.said(error.said), true);
    } else if (error instanceof Unanswered) {
      void this.findOut(async () => {
        await this.insist(() => get<Status>("status"));
        return this.word("lookAgain");
      });
    } else if (error instanceof NoAnswer) {
      this.silent = true;
    } else {
      throw error;
    }
  }

  /** Asks until there is an answer, or `goOn` says no: a repetition of the same key does nothing twice. Refusals come out. */
  async insist<T>(ask: () => Promise<T>, goOn = () => true): Promise<T> {
    while (goOn()) {
      try {
        const answer = await ask();
        this.silent = false;
        return answer;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        this.silent = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
      }
    }
    throw new Unanswered();
  }

  #sending = new Set<AbortController>();
  /** Writes once. The till asks until there is an answer; a phone not for long: its seller may have gone to the counter meanwhile. */
  async send<T>(path: string, body: object): Promise<T> {
    const key = newKey();
    if (!this.phone) return this.insist(() => post<T>(path, body, key));
    const stop = new AbortController();
    const began = Date.now(); // a phone's timers stand still while it sleeps
    const timers = [setTimeout(() => (this.trying = true), PATIENCE_MS), setTimeout(() => stop.abort(), TRY_FOR_MS)];
    this.#sending.add(stop);
    try {
      return await this.insist(
        () => post<T>(path, body, key, { signal: stop.signal }),
        () => !stop.signal.aborted && !this.takesLong(began, TRY_FOR_MS),
      );
    } finally {
      timers.forEach(clearTimeout);
      this.#sending.delete(stop);
      if (this.#sending.size === 0) this.trying = false;
    }
  }
  /** Whether a phone has waited so long that its seller may have done the thing elsewhere. */
  takesLong = (began: number, patience = PATIENCE_MS): boolean => this.phone !== null && Date.now() - began > patience;
  stopTrying = (): void => {
    this.#sending.forEach((one) => one.abort());
    this.trying = false;
  };
  /** After a write that got no answer: says what became of it as soon as the till answers. */
  async findOut(work: () => Promise<string>): Promise<void> {
    this.silent = true;
    this.unsure = true;
    try {
      this.outcome = await work();
    } catch (error) {
      this.explain(error);
    } finally {
      this.unsure = false;
    }
  }

  knowPhone(id: string): void {
    localStorage.setItem(KNOWN_PHONE, id);
    this.#known = id;
  }
  setNewlyPaired(yes: boolean): void {
    if (yes) localStorage.setItem(NEWLY_PAIRED, "yes");
    else localStorage.removeItem(NEWLY_PAIRED);
    this.newlyPaired = yes;
  }

  has = (screen: Screen): boolean => !this.phone || OF_PHONES.includes(screen);

  go = (screen: Screen): void => {
    if (!this.has(screen)) return;
    if (this.screen !== screen) location.hash = screen === "sell" ? "" : screen;
    this.screen = screen;
  };

  async start(): Promise<Drafts | undefined> {
    addEventListener("hashchange", () => this.#follow());
    this.#follow();
    try {
      const drafts = await this.insist(() => get<Drafts>("drafts"));
      this.settings = drafts.settings;
      await this.refresh();
      this.#follow();
      if (this.#known === null && this.status) { // opened here for the first time: what was paired long ago is no news
        const { clock, phones } = this.status;
        this.knowPhone(phones?.latest && clock.time - phones.latest.at > LONG_PAIRED_MS ? phones.latest.id : "");
      }
      this.ready = true;
      setInterval(() => { if (!document.hidden) void this.refresh(); }, STATUS_EVERY_MS);
      document.addEventListener("visibilitychange", () => { if (!document.hidden) void this.refresh(); });
      return drafts;
    } catch (error) {
      this.explain(error);
      return undefined;
    }
  }
  #follow(): void {
    const wanted = location.hash.slice(1) as Screen;
    this.screen = SCREENS.includes(wanted) && this.has(wanted) ? wanted : "sell";
  }

  /** The status; the catalogue too when it has changed. */
  refresh = async (): Promise<void> => {
    try {
      const status = await get<Status>("status");
      this.silent = false;
      this.status = status;
      if (status.catalogue.seq !== this.#seq) {
        await this.reloadCatalogue();
        this.#seq = status.catalogue.seq;
      }
      await this.reloadStock();
    } catch (error) {
      this.explain(error);
    }
  };
  async reloadCatalogue(): Promise<void> {
    this.catalogue = await get<Catalogue>("catalogue");
  }
  async reloadStock(): Promise<void> {
    const { rows } = await get<List<StockRow>>("stock");
    this.stock = new Map(rows.filter((row) => row.place === "booth").map((row) => [row.product, row]));
  }

  /** Prints once however often it is asked under one tap; a second print says it is a copy. */
  print = async (receipt: string): Promise<void> => {
    try {
      await this.send(`prints?lang=${this.lang}`, { receipt });
      this.tell(this.word("printing"));
    } catch (error) {
      this.explain(error);
    }
  };

  writing = $state(false);
  /** Writes what one tap asks for, once; nothing when it was refused, which has been said. */
  write = async <T>(path: string, body: object, named = true): Promise<T | undefined> => {
    if (this.writing) return undefined;
    this.writing = true;
    try {
      return await this.send<T>(`${path}?lang=${this.lang}`, named ? { ...body, cashier: this.cashier } : body);
    } catch (error) {
      this.explain(error);
      return undefined;
    } finally {
      this.writing = false;
    }
  };

  async unlock(cashier: string, pin?: string): Promise<PinTried> {
    const tried = await this.insist(() => post<PinTried>("unlock", { cashier, ...(pin === undefined ? {} : { pin }) }));
    if (tried.ok) {
      this.settings = { ...this.settings, cashier };
      await this.refresh();
    }
    return tried;
  }
  async lock(): Promise<void> {
    try {
      await this.insist(() => post("lock", {}));
      await this.refresh();
    } catch (error) {
      this.explain(error);
    }
  }
  allow = (manager: string, pin: string): Promise<PinTried> =>
    this.insist(() => post<PinTried>("allow", { manager, pin, cashier: this.cashier }));

  async change(settings: Settings): Promise<void> {
    this.settings = { ...this.settings, ...settings };
    try {
      this.settings = await post<Settings>("settings", settings);
    } catch (error) {
      this.explain(error);
    }
  }
}

export const till = new Till();
export const t = till.word;
