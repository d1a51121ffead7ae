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
export const dayColumns = (days: Timed[]): Column[] => days.map((one) => ({ name: dayOf(one.key), net: one.net, sales: one.sales }));
