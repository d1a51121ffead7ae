// What the buyer sees, in a second window of the same browser: the till says it on a channel, the window shows it and asks nothing.
import type { Transfer } from "./types";

export interface GuestLine {
  name: string;
  qty: number;
  unit: string;
  total?: number;
}
/** idle: nobody is buying. basket: goods so far. pay: how much, and a code to send it. done: what comes back. */
export interface Shown {
  state: "idle" | "basket" | "pay" | "done";
  booth: string;
  theme: "light" | "dark";
  lines: GuestLine[];
  total?: number;
  transfers: Transfer[];
  change: number;
}

const NAME = "phien-guest";
const HELLO = "hello";

/** Tells every window that shows the buyer something; tells again when one opens. Returns how to tell, and how to stop. */
export function tellGuests(): { tell: (shown: Shown) => void; stop: () => void } {
  const channel = new BroadcastChannel(NAME);
  let last: Shown | undefined;
  channel.onmessage = (event) => { if (event.data === HELLO && last) channel.postMessage(last); };
  return {
    tell: (shown) => {
      last = shown;
      channel.postMessage(shown);
    },
    stop: () => channel.close(),
  };
}
export function beGuest(show: (shown: Shown) => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = (event) => { if (event.data !== HELLO) show(event.data as Shown); };
  channel.postMessage(HELLO);
  return () => channel.close();
}
