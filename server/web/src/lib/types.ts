// What phien-server answers (server/api/openapi.json is the truth). Money is whole đồng, quantities thousandths, times ms.
import type { Message } from "@shared/request";

export type Role = "organizer" | "exhibitor" | "reporter" | "auditor";
export interface Me {
  account: string;
  name: string;
  role: Role;
  exhibitors: string[];
}
export interface List<Row> {
  rows: Row[];
  as_of: number;
  next?: number;
}
export interface Token {
  token: string;
  account: string;
  name: string;
  role: Role;
  exhibitors: string[];
  expires_at: number;
  revoked: boolean;
  good: boolean;
}
export interface Ref {
  hash: string;
  seq: number;
  terminal: string;
}

export interface Deals {
  net: number;
  sales: number;
  average: number;
}
export interface Coverage {
  exhibitors: number;
  by_till: number;
  declared: number;
  silent: string[];
}
export interface Timed {
  key: string;
  net: number;
  sales: number;
}
export interface Shelf {
  exhibitor: string;
  product: string;
  name: string;
  unit: string;
  on_hand: number;
  low: boolean;
  runs_out: boolean;
  days_left_tenths?: number;
}
export interface LiveExhibitor {
  key: string;
  name: string;
  booth: string;
  net: number;
  sales: number;
  today: number;
  covered: "till" | "declared" | "silent";
}
export interface LiveProduct {
  key: string;
  name: string;
  unit: string;
  exhibitor: string;
  quantity: number;
  today: number;
  net: number;
}
export interface Live {
  fair: { name: string; first_day: string; last_day: string; place: string; host_province: string };
  as_of: number;
  day: string;
  all: Deals;
  today: Deals;
  coverage: Coverage;
  coverage_today: Coverage;
  behind: { terminal: string; booth: string; since?: number }[];
  days: Timed[];
  hours: Timed[];
  exhibitors: LiveExhibitor[];
  products: { rows: LiveProduct[]; more: number };
  methods: { key: string; net: number; today: number }[];
  transfers: { claimed: number; confirmed: number; differs: number };
  ocop: { key: number; net: number; quantity: number }[];
  home: { home: number; others: number };
  stock: { rows: Shelf[]; more: number; attention: number };
  leads: { count: number; value: number };
  visitors?: number;
}

export interface Terminal {
  terminal: string;
  exhibitors: string[];
  booth: string;
  holder: string;
  seq: number;
  branches: number;
  last_entry?: number;
  last_contact?: number;
  revoked?: { seq: number; reason: string };
  silent: boolean;
  device?: Device;
}
/** What a terminal told of itself, at that time. */
export interface Device {
  at: number;
  waiting?: number;
  clock_ms?: number;
  disk_free?: number;
  battery?: number;
  charging?: boolean;
  program?: string;
  printer?: "none" | "ready" | "busy" | "waiting" | "trouble";
}
export interface Holdings {
  only_here: number;
  backup?: { at: number };
  rows: { terminal: string; only_here: number }[];
}
export interface Exception {
  code: string;
  exhibitor: string;
  terminal: string;
  subject: string;
  settled: boolean;
  message: Message;
  entry?: Ref;
}
export interface Lead {
  exhibitor: string;
  type: "enquiry" | "memorandum" | "contract";
  goods: string;
  value: number;
  entry: Ref;
  time: number;
  /** Personal data is destroyed here; who else is known to have obeyed. */
  erased?: { writer: boolean; writer_revoked: boolean; have: number; of: number; hub?: boolean };
}
export interface Exhibitor {
  id: string;
  name: string;
  short_name?: string;
  booth?: string;
  province?: string;
}
export interface Product {
  id: string;
  exhibitor: string;
  name: string;
  unit: string;
  price: number;
}
export interface Catalogue {
  fair: { name?: string; first_day?: string; last_day?: string };
  exhibitors: Exhibitor[];
  products: Product[];
  cashiers: { id: string; name: string; exhibitor: string }[];
}
export interface ReportTable {
  key: string;
  title: Message;
  columns: { key: string; title: Message; type: string }[];
  rows: (string | number | null)[][];
}
export interface Report {
  edition: number;
  cut: Ref[];
  tables: ReportTable[];
}

// ---- who may come in, and the catalogue -----------------------------------------------------------------------------------
export interface Account {
  account: string;
  name: string;
  role: Role;
  exhibitors: string[];
  removed: boolean;
  has_password: boolean;
  seen?: number;
}
export interface LoginRow {
  id: string;
  account: string;
  address: string;
  seen: number;
  this: boolean;
}
export interface Invitation {
  link: string;
  link_here: string;
  expires_at: number;
}
export interface Item {
  id: string;
  [field: string]: unknown;
}
export interface ItemVersion {
  item: Item;
  removed: boolean;
  entry: Ref;
  by?: string;
  time?: number;
}
export interface Reach {
  have: number;
  of: number;
}
export interface Proposal {
  kind: "product" | "barcode" | "offer";
  exhibitor: string;
  state: "waiting" | "accepted" | "answered" | "over";
  entry: Ref;
  time: number;
  what: Record<string, unknown>;
  answer?: string;
}
export type ListName = "exhibitors" | "products" | "cashiers";
export interface Remark {
  code: string;
  where: string;
  message: Message;
  list?: ListName;
  line?: number;
  column?: number;
  cell?: string;
  value?: string;
  suggestions?: string[];
}
export interface ImportSeen {
  found: {
    file: string;
    sheet: string;
    list: ListName | "";
    rows: number;
    columns: { column: number; letters: string; header: string; field: string; how: "none" | "exact" | "other" | "similar" | "given"; title?: Message }[];
  }[];
  fields: Record<ListName, { field: string; title: Message }[]>;
  problems: Remark[];
  warnings: Remark[];
  changes?: {
    added: number;
    changed: number;
    unchanged: number;
    items: { type: string; id: string; name: string; what: "added" | "changed" | "kept"; fields: { field: string; was: unknown; is: unknown }[] }[];
    openings: unknown[];
  };
  digest?: string;
}

// What the server is joined to, and what it has to say.
export interface WaitingNotice {
  notice: string;
  bank_ref: string;
  why: "no_ref" | "unknown_ref" | "several_refs" | "other_account" | "paid_twice";
  amount: number;
  text: string;
  account: string;
  at: string;
  candidates?: { pay_ref: string; exhibitor: string; amount: number; time: number }[];
}
export interface BankSource {
  source: string;
  name: string;
  format: "sepay" | "casso" | "casso_signed" | "phien";
  path: string;
  holder?: string;
}
export interface Outlets {
  web?: { url: string };
  mail?: { host: string; port: number; security: string; user?: string; from: string; to: string[]; key?: string; has_password: boolean };
}
export type AlertRule =
  | "store_failed" | "disk" | "certificate" | "forked" | "quarantined" | "shift_difference" | "transfer_differs" | "terminal_silent" | "stock_low" | "runs_out" | "expiry" | "bank_waiting";
export interface Alerts {
  rows: { rule: AlertRule; key: string; grave: boolean; message: Message; since: number }[];
  outlets: Record<string, { set: boolean; waiting: number; lost: number; problem?: Message }>;
}
