// What the page knows of its terminal, and the few things that concern every screen: language, notices, who sells.
import { get, newKey, NoAnswer, post, Refused, type Message } from "@shared/request";
import type { Catalogue, Drafts, List, Problem, Product, Settings, Status, StockRow } from "./types";
import { WORDS, type Word } from "./words";

export type Screen = "sell" | "pay" | "receipts" | "waiting" | "shift" | "trust" | "stock" | "offers" | "people" | "late" | "leaving" | "printer";
const SCREENS: Screen[] = ["sell", "pay", "receipts", "waiting", "shift", "trust", "stock", "offers", "people", "late", "leaving", "printer"];
const STATUS_EVERY_MS = 4_000;
const RETRY_EVERY_MS = 700;

// A server that is not there is no matter for a person: the line says what waits, and selling goes on.
const OFFLINE = ["no_connection", "time_out"];
export const needsPerson = (problem: Problem): boolean => !OFFLINE.includes(problem.code);

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
  stock = $state.raw<Map<string, StockRow>>(new Map());
  printer = $derived((this.status?.printer.state ?? "none") !== "none"); // there is one to print on
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
  hush(): void {
    clearTimeout(this.#noticeTimer);
    this.notice = undefined;
  }
  /** Says why something failed. */
  explain(error: unknown): void {
    if (error instanceof Refused) {
      if (error.status === 401) this.locked = true;
      else this.tell(this.said(error.said), true);
    } else if (error instanceof NoAnswer) {
      this.silent = true;
    } else {
      throw error;
    }
  }

  /** Asks until there is an answer: a repetition of the same key does nothing twice. Refusals come out. */
  async insist<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
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
  }

  go = (screen: Screen): void => {
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
    this.screen = SCREENS.includes(wanted) ? wanted : "sell";
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
      const key = newKey();
      await this.insist(() => post(`prints?lang=${this.lang}`, { receipt }, key));
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
      const key = newKey();
      return await this.insist(() => post<T>(`${path}?lang=${this.lang}`, named ? { ...body, cashier: this.cashier } : body, key));
    } catch (error) {
      this.explain(error);
      return undefined;
    } finally {
      this.writing = false;
    }
  };

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
