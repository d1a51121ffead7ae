// Which fields of a catalogue item a person edits here; the rest of the item stays as it is (shared/catalogue/FORMAT.md).
import type { Word } from "./words";

export type ItemType = "exhibitors" | "products" | "cashiers";
export const SINGULAR: Record<ItemType, string> = { exhibitors: "exhibitor", products: "product", cashiers: "cashier" };
export interface Field {
  name: string;
  word: Word;
  kind: "text" | "money" | "quantity" | "day" | "stars" | "yes";
  needed?: boolean;
}
export const FIELDS: Record<ItemType, Field[]> = {
  exhibitors: [
    { name: "name", word: "fullName", kind: "text", needed: true },
    { name: "short_name", word: "shortName", kind: "text" },
    { name: "booth", word: "booth", kind: "text" },
    { name: "province", word: "province", kind: "text" },
    { name: "tax_code", word: "taxCode", kind: "text" },
    { name: "bank_bin", word: "bankBin", kind: "text" },
    { name: "bank_account", word: "bankAccount", kind: "text" },
    { name: "bank_account_name", word: "bankAccountName", kind: "text" },
  ],
  products: [
    { name: "name", word: "fullName", kind: "text", needed: true },
    { name: "unit", word: "unit", kind: "text", needed: true },
    { name: "price", word: "price", kind: "money", needed: true },
    { name: "wholesale_price", word: "wholesalePrice", kind: "money" },
    { name: "wholesale_from", word: "wholesaleFrom", kind: "quantity" },
    { name: "barcode", word: "barcode", kind: "text" },
    { name: "ocop_star", word: "ocopStar", kind: "stars" },
    { name: "ocop_valid_to", word: "ocopValidTo", kind: "day" },
    { name: "reorder_level", word: "reorderLevel", kind: "quantity" },
    { name: "expires", word: "expires", kind: "day" },
  ],
  cashiers: [
    { name: "name", word: "fullName", kind: "text", needed: true },
    { name: "may_refund", word: "mayRefund", kind: "yes" },
    { name: "may_discount", word: "mayDiscount", kind: "yes" },
    { name: "is_manager", word: "isManager", kind: "yes" },
  ],
};
// What an item that does not say so means.
export const DEFAULT_YES = new Set(["may_refund", "may_discount"]);
