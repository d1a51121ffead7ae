// The live figures: the server says when something has changed, and is then asked what it is.
import { get, NoAnswer } from "@shared/request";
import { house } from "./house.svelte";
import type { Live } from "./types";

const LOOK_EVERY_MS = 5_000; // who is not told of changes looks for them
const AGAIN_AFTER_MS = 300; // between two looks, however much is sold

export class LiveFigures {
  now = $state.raw<Live>();
  lost = $state(false); // figures stand still
  #asking = false;
  #stale = false;
  #ended = false;

  constructor(readonly exhibitor = "") {}

  /** Follows until the answer is called. */
  follow(): () => void {
    const told = house.me?.role !== "exhibitor";
    const events = told ? new EventSource("/api/v1/events") : undefined;
    if (events) {
      events.addEventListener("totals", () => void this.look());
      events.onerror = () => void this.look();
    }
    const timer = setInterval(() => { if (!told || this.lost) void this.look(); }, LOOK_EVERY_MS);
    void this.look();
    return () => {
      this.#ended = true;
      events?.close();
      clearInterval(timer);
    };
  }
  async look(): Promise<void> {
    this.#stale = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#stale && !this.#ended) {
      this.#stale = false;
      try {
        const seen = await get<Live>(this.exhibitor ? `live?exhibitor=${encodeURIComponent(this.exhibitor)}` : "live");
        if (!this.#ended) this.now = seen;
        this.lost = false;
        house.silent = false;
      } catch (error) {
        if (error instanceof NoAnswer) this.lost = true;
        else if (!this.#ended) house.explain(error);
      }
      if (!this.lost) await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    }
    this.#asking = false;
  }
}
