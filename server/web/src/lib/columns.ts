// Figures over time as columns: hours with nothing sold between the first and the last have a place too.
import { dayOf } from "@shared/format";
import type { Timed } from "./types";

export interface Column {
  name: string;
  net: number;
  sales: number;
}
const FROM = 8; // a fair's day at the least
const UNTIL = 20;

const hourOf = (key: string): number => Number(key.slice(11, 13));

export function hourColumns(hours: Timed[]): Column[] {
  const found = new Map(hours.map((one) => [hourOf(one.key), one]));
  const first = Math.min(FROM, ...found.keys());
  const last = Math.max(UNTIL, ...found.keys());
  return Array.from({ length: last - first + 1 }, (_, n) => {
    const one = found.get(first + n);
    return { name: `${first + n}h`, net: one?.net ?? 0, sales: one?.sales ?? 0 };
  });
}
/** `unknown`: the name of what was sold on a day that nobody knows. It stands last. */
export const dayColumns = (days: Timed[], unknown: string): Column[] =>
  [...days].sort((a, b) => Number(a.key === "") - Number(b.key === "")).map((one) => ({ name: one.key ? dayOf(one.key) : unknown, net: one.net, sales: one.sales }));
