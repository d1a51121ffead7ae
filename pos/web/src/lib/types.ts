// What the terminal answers (pos/api/openapi.json), as far as the page looks at it.
import type { Message } from "@shared/request";

export interface Product {
  id: string;
  exhibitor: string;
  name: string;
  key: string;
  unit: string;
  price: number;
  sold_by: "piece" | "weight" | "length";
  quantity_decimals?: number;
  barcode?: string;
  net_content?: string;
  certificates?: string[];
  cnnt_level?: number;
  origin?: string;
  trace_uri?: string;
  lot?: string;
  expires?: string;
  restricted?: string;
  ocop_group?: string;
  ocop_star?: number;
}
export interface Exhibitor {
  id: string;
  name: string;
  short_name?: string;
  province?: string;
  booth?: string;
}
export interface Cashier {
  id: string;
  name: string;
  exhibitor: string;
  may_discount: boolean;
  may_refund: boolean;
  has_pin: boolean;
  is_manager: boolean;
}
/** What a try at a PIN came to. */
export interface PinTried {
  ok: boolean;
  wait_ms?: number;
  tries_left?: number;
}
export interface Proposal {
  id: string;
  exhibitor: string;
  name: string;
  unit: string;
  price: number;
}
export interface Offer {
  exhibitor: string;
  offer: string;
  hash: string;
  name: string;
  type: "price" | "percent" | "combo" | "n_get_m";
  items: { product: string; qty: number }[];
  value: number;
  from: number;
  until: number;
}
export interface Catalogue {
  fair: { name?: string; last_day?: string };
  exhibitors: Exhibitor[];
  products: Product[];
  cashiers: Cashier[];
  proposals: Proposal[];
  offers: Offer[];
}
export interface StockRow {
  product: string;
  place: string;
  on_hand: number;
  low: boolean;
  expiry?: "fresh" | "soon" | "expired";
  value?: number;
}
export type OutReason = "sample" | "gift" | "damage" | "loss" | "return_to_exhibitor" | "withdrawn";
export interface CountedRow {
  product: string;
  name: string;
  unit: string;
  expected: number;
  counted: number;
  difference: number;
  missing: number;
  sold: boolean;
}
export interface List<Row> {
  as_of: number;
  rows: Row[];
}
export interface Problem {
  code: string;
  message: Message;
  where: string;
}
export interface Status {
  terminal: string;
  booth: string;
  exhibitors: string[];
  holder: string;
  online: boolean;
  can_sell: boolean;
  why_not?: Problem;
  must_reopen: boolean;
  saved: { seq: number };
  reached_at: number;
  waiting: number;
  waiting_since: number | null;
  safe: "server" | "file" | null;
  problems: Problem[];
  catalogue: { products: number; seq: number };
  clock: { time: number; offset_ms: number; quality: "exact" | "estimated" | "unknown" };
  program: string;
  unlocked: string;
  phone: { name: string; exhibitor: string } | null;
  phones?: { paired: number; latest?: { id: string; name: string; exhibitor: string; at: number } };
  shift_open?: boolean; // of the drawer that this desk's cash goes into
  battery: { charging: boolean; percent: number } | null;
  printer: { state: "none" | "ready" | "busy" | "waiting" | "trouble"; waiting: number };
}
export interface PairedPhone {
  id: string;
  name: string;
  exhibitor: string;
  paired: number;
  seen: number;
}
export interface Phones {
  rows: PairedPhone[];
  urls: string[];
  command: string; // lets phones in
  why?: Message; // phones were to be let in, and could not be
}
export interface Pairing {
  link: string;
  url: string;
  pin: string;
  lives_ms: number;
}
export interface PrintJob {
  id: string;
  kind: "receipt" | "drawer" | "test" | "shift" | "pack";
  state: "waiting" | "printing" | "printed" | "failed" | "unsure";
  asked: number;
  number?: string;
  problem?: Problem;
}
export interface PrinterShown {
  address: string;
  paper: 58 | 80;
  automatic: boolean;
  drawer: boolean;
  cut: boolean;
  jobs: PrintJob[];
  problem?: Problem;
}

/** A line as it is kept and sold; quantities as text ("1.25"). */
export interface BasketLine {
  product: string;
  qty: string;
  price?: number;
  discount?: number;
  gift?: boolean;
  name?: string;
  exhibitor?: string;
}
export interface BackLine {
  of: number;
  qty: string;
  resaleable?: boolean;
}
export interface Basket {
  lines: BasketLine[];
  discount?: number;
  agreed?: number;
  less_odd?: number;
  note?: string;
  receipt?: string;
  back?: BackLine[];
}
export interface Draft {
  id: string;
  rev: number;
  parked: boolean;
  label: string;
  saved: number;
  basket: Basket;
}
export interface Note {
  value: number;
  count: number;
}
export interface Transfer {
  amount: number;
  holder: string;
  pay_ref: string;
  vietqr?: string;
  account?: { bin: string; name: string; number: string; sample: boolean };
}
export interface QuoteLine {
  name: string;
  unit: string;
  qty: number;
  price: number;
  price_kind: "list" | "wholesale" | "offer" | "agreed" | "open";
  list?: number;
  discount: number;
  total: number;
  gift: boolean;
  offer?: string;
  exhibitor: string;
}
export interface Quote {
  lines: QuoteLine[];
  list_total: number;
  total: number;
  cash: { due: number; rounding: number; suggestions: { given: number; change: number; notes: Note[] }[] };
  transfers: Transfer[];
  split?: { change: number; due: number; transfers: Transfer[] };
  back?: { due: number; total: number };
}
export interface Payment {
  method: "cash" | "transfer" | "card" | "other";
  amount?: number;
  given?: number;
  label?: string;
}
export interface LastSale {
  receipts: { hash: string; kind: string; number: string; total: number }[];
  total: number;
  due: number;
  change: number;
  change_notes: Note[];
  claimed: number;
  payments: { method: string; amount: number; given?: number }[];
  total_back?: number;
  due_back?: number;
}
export interface Settings {
  cashier?: string;
  lang?: "vi" | "en";
  theme?: "light" | "dark";
  text?: "normal" | "big";
}
export interface Drafts {
  baskets: Draft[];
  last: LastSale | null;
  settings: Settings;
}
export interface SaleRow {
  number: string;
  hash: string;
  kind: "sale" | "refund" | "order" | "order_closed";
  time: number;
  total: number;
  voided: boolean;
  exhibitor: string;
}
/** A line of a sale, and how much of it came back already. */
export interface SoldLine {
  of: number;
  name: string;
  unit: string;
  qty: number;
  given_back: number;
  total: number;
  product: string;
}
export interface SaleShown extends SaleRow {
  text: string;
  payments: { method: string; amount: number; pay_ref?: string }[];
  invoice?: { personal: Person | null } | null;
  lines?: SoldLine[];
}
export interface TransferRow {
  pay_ref: string;
  exhibitor: string;
  claimed: number;
  confirmed: number;
  state: "claimed" | "confirmed" | "differs" | "unmatched";
  time: number;
  shared?: boolean; // pays others too: not for this desk to confirm
}
export interface ShiftRow {
  holder: string;
  cashier: string;
  float: number;
  opened?: number;
  sales?: number;
}
export interface ShiftHandIn {
  claimed: number;
  difference: number;
  expected: number;
  sellers: { exhibitor: string; name: string; cash: number; transfer: number; other: number; sales: number }[];
}
export interface Person {
  name?: string;
  company?: string;
  phone?: string;
  email?: string;
  address?: string;
  tax_code?: string;
}
export interface LeadRow {
  hash: string;
  type: "enquiry" | "memorandum" | "contract";
  goods: string;
  value: number;
  time: number;
  personal: Person | null;
}
export interface OrderRow {
  hash: string;
  number: string;
  due: string | null;
  lines: { name: string; unit: string; qty: number; total: number }[];
  total: number;
  deposit: number;
  balance: number;
  balance_cash: number;
  personal: Person | null;
}
export interface ShiftReport {
  hash: string;
  holder: string;
  cashier: string;
  opened: number;
  closed: number | null;
  float: number;
  cash_sales: number;
  cash_refunds: number;
  cash_in: number;
  cash_out: number;
  expected: number;
  counted: number | null;
  sales: number;
}
