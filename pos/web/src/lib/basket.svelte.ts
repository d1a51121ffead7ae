// The basket on the screen. Every change is kept by the terminal at once, which says what it comes to: this page shows amounts
// and never computes one. Saves go one at a time; what was changed meanwhile goes with the next.
import { newKey, post, get, Refused } from "@shared/request";
import type { Shown } from "./guest";
import { till, t, Unanswered } from "./till.svelte";
import type { Basket, BasketLine, Draft, Drafts, LastSale, Payment, Problem, Product, Quote } from "./types";

interface Kept {
  id: string;
  rev: number;
  quote?: Quote;
  problem?: Problem;
}
const empty = (): Basket => ({ lines: [] });
const newId = (): string => newKey().slice(0, 20);
const asText = (thousandths: number): string => String(thousandths / 1000);
export const thousandths = (qty: string): number => Math.round(Number(qty) * 1000);

class OpenBasket {
  basket = $state<Basket>(empty());
  quote = $state.raw<Quote>();
  problem = $state.raw<Problem>();
  last = $state.raw<LastSale>();
  parked = $state.raw<Draft[]>([]);
  busy = $state(false); // the basket as a whole is being sold, put aside, taken up or taken back
  fresh = $state(true); // the quote is of what is on the screen
  chosen = $state(-1); // the line that keys and the last tap speak of

  #id = newId();
  #rev = 0;
  #saving: Promise<void> | undefined;
  #dirty = false;
  #split: Payment[] | undefined;
  #later: (() => void)[] = []; // what was tapped or scanned while busy

  get isEmpty(): boolean {
    return this.basket.lines.length === 0;
  }
  get count(): number {
    return this.basket.lines.reduce((sum, line) => sum + (Number.isInteger(Number(line.qty)) ? Number(line.qty) : 1), 0);
  }
  /** What the buyer may see of it; `paying`: with the codes to send money by. */
  shown(paying: boolean): Shown {
    const state = !this.isEmpty || this.basket.back ? (paying ? "pay" : "basket") : this.last ? "done" : "idle";
    const quoted = this.quote?.lines.length === this.basket.lines.length ? this.quote.lines : undefined;
    const lines = this.basket.lines.map((line, n) => {
      const product = till.product(line.product);
      const total = quoted?.[n]?.total;
      return { name: line.name ?? product?.name ?? line.product, qty: thousandths(line.qty), unit: product?.unit ?? "", ...(total === undefined ? {} : { total }) };
    });
    return {
      state,
      booth: till.status?.booth ?? "",
      theme: till.settings.theme ?? "light",
      lines,
      ...(this.fresh && this.quote ? { total: this.basket.back ? this.quote.cash.due : this.quote.total } : {}),
      transfers: paying ? (this.quote?.split?.transfers ?? this.quote?.transfers ?? []) : [],
      change: this.last ? this.last.due_back || this.last.change : 0,
    };
  }
  quantityOf(product: string): number {
    return this.basket.lines.reduce((sum, line) => sum + (line.product === product ? thousandths(line.qty) : 0), 0);
  }

  /** What the terminal has kept. */
  take(drafts: Drafts): void {
    const open = drafts.baskets.find((one) => !one.parked);
    this.parked = drafts.baskets.filter((one) => one.parked);
    this.last = drafts.last ?? undefined;
    this.#begin(open);
    if (open) this.#changed();
  }
  #begin(draft?: Draft): void {
    this.#id = draft?.id ?? newId();
    this.#rev = draft?.rev ?? 0;
    this.basket = draft?.basket ?? empty();
    this.chosen = this.basket.lines.length - 1;
    this.quote = undefined;
    this.problem = undefined;
    this.#split = undefined;
    this.fresh = true;
  }
  async #reload(): Promise<void> {
    this.take(await till.insist(() => get<Drafts>("drafts")));
  }
  // What is done with the basket as a whole is done alone. A line tapped meanwhile is about to leave the screen; goods tapped or
  // scanned meanwhile go into the basket that is there afterwards.
  async #whole(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const began = Date.now();
    try {
      await this.ready();
      if (till.takesLong(began)) till.tell(t("notDone"), true);
      else if (this.fresh) await work();
    } catch (error) {
      till.explain(error);
      if (error instanceof Refused && error.code === "draft_moved") await this.#reload().catch((why: unknown) => till.explain(why));
    } finally {
      this.busy = false;
      for (const one of this.#later.splice(0)) one();
    }
  }

  // A write that takes the whole basket with it. Where no answer came, what the terminal has says whether it was written. The basket
  // is kept anew first: whatever is still under way speaks of an older revision then, and is refused.
  async #send<T>(path: string, request: object, outcome: () => string): Promise<T | undefined> {
    try {
      return await till.send<T>(path, request);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    }
    await till.findOut(async () => {
      await this.#reload();
      await this.ready();
      if (this.isEmpty) await this.#reload(); // it may have been written between the two
      return outcome();
    });
    return undefined;
  }

  asking = $state.raw<{ product: Product; qty: number; why: string }>(); // may this buyer have these goods?

  /** Restricted goods wait for an answer, once a basket for each restriction. */
  add(product: Product, qty = 1000): void {
    if (this.busy) {
      this.#later.push(() => this.add(product, qty));
      return;
    }
    const why = product.restricted;
    const asked = (line: BasketLine): boolean => till.product(line.product)?.restricted === why;
    if (why && !this.basket.lines.some(asked)) this.asking = { product, qty, why };
    else this.#put(product, qty);
  }
  answer(yes: boolean): void {
    const asked = this.asking;
    this.asking = undefined;
    if (asked && yes) this.#put(asked.product, asked.qty);
  }
  #put(product: Product, qty: number): void {
    if (this.busy) {
      this.#later.push(() => this.#put(product, qty));
      return;
    }
    const plain = (line: BasketLine) => line.product === product.id && line.price === undefined && !line.discount && !line.gift;
    const at = this.basket.lines.findIndex(plain);
    const line = this.basket.lines[at];
    if (line && product.sold_by === "piece") {
      line.qty = asText(thousandths(line.qty) + qty);
      this.chosen = at;
    } else {
      this.basket.lines.push({ product: product.id, qty: asText(qty) });
      this.chosen = this.basket.lines.length - 1;
    }
    this.#changed();
  }
  step(at: number, by: number): void {
    const line = this.basket.lines[at];
    if (!line || this.busy) return;
    const next = thousandths(line.qty) + by;
    if (next <= 0) return this.remove(at);
    line.qty = asText(next);
    this.chosen = at;
    this.#changed();
  }
  setLine(at: number, line: BasketLine): void {
    if (this.busy) return;
    this.basket.lines[at] = line;
    this.#changed();
  }
  remove(at: number): void {
    if (this.busy) return;
    this.basket.lines.splice(at, 1);
    this.chosen = this.basket.lines.length - 1;
    if (this.isEmpty && !this.basket.back) this.basket = empty();
    this.#changed();
  }
  /** A bargain over the whole: at most one of its forms. */
  bargain(how: Pick<Basket, "discount" | "agreed" | "less_odd">): void {
    if (this.busy) return;
    const { lines, note, receipt, back } = this.basket;
    this.basket = { lines, ...(note ? { note } : {}), ...(receipt ? { receipt } : {}), ...(back ? { back } : {}), ...how };
    this.#changed();
  }
  setNote(note: string): void {
    if (this.busy) return;
    if (note.trim()) this.basket.note = note.trim();
    else delete this.basket.note;
    this.#changed();
  }
  exchange(receipt: string, back: Basket["back"]): void {
    if (this.busy) {
      this.#later.push(() => this.exchange(receipt, back));
      return;
    }
    this.basket.receipt = receipt;
    this.basket.back = back;
    this.#changed();
  }
  stopExchange(): void {
    if (this.busy) return;
    delete this.basket.receipt;
    delete this.basket.back;
    this.#changed();
  }

  #changed(): void {
    this.fresh = false;
    this.#split = undefined;
    if (!this.isEmpty) this.last = undefined; // the next sale has begun
    void this.settled();
  }
  /** Resolves when everything on the screen is kept and quoted. */
  ready(): Promise<void> {
    return this.fresh ? Promise.resolve() : (this.#saving ?? this.settled());
  }
  /** Saves and quotes anew. */
  settled(): Promise<void> {
    this.#dirty = true;
    const saving = this.#saving ?? this.#save().finally(() => (this.#saving = undefined));
    this.#saving = saving;
    return saving;
  }
  async #save(): Promise<void> {
    while (this.#dirty) {
      this.#dirty = false;
      const basket = $state.snapshot(this.basket) as Basket;
      const request = { id: this.#id, rev: this.#rev, basket, cashier: till.cashier, ...(this.#split ? { payments: this.#split } : {}) };
      try {
        const kept = await till.insist(() => post<Kept>("drafts/basket", request));
        this.#rev = kept.rev;
        if (basket.lines.length === 0) this.#id = newId();
        if (!this.#dirty) {
          this.quote = kept.quote;
          this.problem = kept.problem;
          this.fresh = true;
        }
      } catch (error) {
        if (!(error instanceof Refused && error.code === "draft_moved")) {
          till.explain(error);
          return;
        }
        await this.#catchUp(basket);
      }
    }
  }
  // The answer to the last save was lost, or another window changed the basket: what the terminal has is what counts, but a tap
  // made here meanwhile is not forgotten when it only has our own save.
  async #catchUp(sent: Basket): Promise<void> {
    const drafts = await till.insist(() => get<Drafts>("drafts"));
    const open = drafts.baskets.find((one) => !one.parked);
    if (open?.id === this.#id && JSON.stringify(sorted(open.basket)) === JSON.stringify(sorted(sent))) {
      this.#rev = open.rev;
      this.#dirty = true;
      return;
    }
    if (!open && sent.lines.length === 0) { // emptied by the save whose answer was lost
      this.#id = newId();
      this.#rev = 0;
      this.#dirty = true;
      return;
    }
    this.parked = drafts.baskets.filter((one) => one.parked);
    this.#begin(open);
    this.#dirty = open !== undefined;
    till.tell(t("movedElsewhere"), true);
  }

  /** Asks what is left by transfer when part is paid otherwise. */
  async split(payments: Payment[]): Promise<void> {
    this.#split = payments;
    this.fresh = false;
    await this.settled();
  }

  /** Writes the sale or exchange. However often one attempt is sent, there is one sale. */
  pay(payments: Payment[]): Promise<void> {
    return this.#whole(async () => {
      if (!this.quote || this.problem) return;
      const id = this.#id;
      const path = this.basket.back ? "exchanges" : "sales";
      const request = { draft: { id, rev: this.#rev }, payments, cashier: till.cashier };
      const done = await this.#send<LastSale>(`${path}?lang=${till.lang}`, request, () =>
        this.#id === id ? t("notWritten") : this.last ? t("wasWritten", { n: this.last.receipts[0]?.number ?? "" }) : t("movedElsewhere"));
      if (done) {
        this.#begin();
        this.last = done;
      }
      if (this.isEmpty) till.go("sell");
      void till.refresh();
    });
  }
  async undo(): Promise<void> {
    const hash = this.last?.receipts[0]?.hash;
    if (!hash) return;
    await this.#whole(async () => {
      const done = await this.#send("undo", { hash, cashier: till.cashier }, () => (this.last?.receipts[0]?.hash === hash ? t("notDone") : t("undone")));
      if (done) {
        await this.#reload();
        till.tell(t("undone"));
      }
      void till.refresh();
    });
  }
  /** The basket as an order; what it comes to is held for the buyer who comes back. */
  async order<T>(details: object): Promise<T | undefined> {
    let made: T | undefined;
    await this.#whole(async () => {
      const id = this.#id;
      const request = { ...details, draft: { id, rev: this.#rev }, cashier: till.cashier };
      made = await this.#send<T>(`orders?lang=${till.lang}`, request, () => (this.#id === id ? t("notWritten") : t("wasOrdered")));
      if (made) await this.#reload();
      void till.refresh();
    });
    return made;
  }
  park(label: string): Promise<void> {
    return this.#whole(async () => {
      await till.insist(() => post("drafts/park", { id: this.#id, rev: this.#rev, ...(label ? { label } : {}) }));
      await this.#reload();
    });
  }
  resume(draft: Draft): Promise<void> {
    return this.#whole(async () => {
      await till.insist(() => post("drafts/resume", { id: draft.id, rev: draft.rev }));
      await this.#reload();
    });
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
}

export const basket = new OpenBasket();
