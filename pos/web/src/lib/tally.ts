// What was typed beside goods, as the lines of a request. Nothing when something cannot be read.
import { readQuantity } from "@shared/format";
import type { Product } from "./types";

export interface TallyLine {
  product: string;
  qty: string;
}

export function linesOf(goods: Product[], typed: Record<string, string>, zero = false): TallyLine[] | undefined {
  const lines: TallyLine[] = [];
  for (const one of goods) {
    const text = (typed[one.id] ?? "").trim();
    if (text === "") continue;
    const read = zero && /^0+$/.test(text) ? 0 : readQuantity(text, one.quantity_decimals ?? 0);
    if (read === undefined) return undefined;
    lines.push({ product: one.id, qty: String(read / 1000) });
  }
  return lines;
}
