// Numbers and times as people here read them. Formatting only: every figure comes from the program.

const grouped = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("vi-VN", { notation: "compact", maximumFractionDigits: 1 });
const decimals = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 3 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
const exact = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
const date = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });

/** 25000 → "25.000" */
export const money = (dong: number): string => grouped.format(dong);
/** 2500000 → "2,5 Tr": where there is room for little */
export const shortMoney = (dong: number): string => compact.format(dong);
/** thousandths of a unit → "1,25" */
export const quantity = (thousandths: number): string => decimals.format(thousandths / 1000);
export const minute = (ms: number): string => clock.format(ms);
export const second = (ms: number): string => exact.format(ms);
export const day = (ms: number): string => date.format(ms);
/** "2025-05-16" or "2025-05-16T09" → "16/05" */
export const dayOf = (key: string): string => `${key.slice(8, 10)}/${key.slice(5, 7)}`;

const iso = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
/** The day at the fair: "2025-05-16" */
export const isoDay = (ms: number): string => iso.format(ms);

/** What a person types for a quantity, in thousandths; nothing when it is none. */
export function readQuantity(text: string, places: number): number | undefined {
  const found = /^(\d{1,6})(?:[.,](\d{1,3}))?$/.exec(text.trim());
  if (!found || (found[2]?.length ?? 0) > places) return undefined;
  const read = Number(found[1]) * 1000 + Number((found[2] ?? "").padEnd(3, "0"));
  return read > 0 ? read : undefined;
}

/** What a person types for money: "200" is 200.000, as it is said at a market; "25.000" and "25000" are what they say. */
export function readMoney(text: string): number | undefined {
  const digits = text.replace(/[.\s,đ]/g, "");
  if (!/^\d{1,10}$/.test(digits)) return undefined;
  const read = Number(digits);
  return read > 0 && read < 1000 ? read * 1000 : read;
}

/** As the search keys of the catalogue are made: without marks, đ as d, lower case, single spaces. */
export function searchKey(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().trim().replace(/\s+/g, " ");
}
