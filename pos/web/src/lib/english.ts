// What the catalogue says in Vietnamese alone, for guests who read English. What is not here is shown as it stands.
const UNITS: Record<string, string> = {
  "hộp": "box", "gói": "pack", "chai": "bottle", "túi": "bag", "bó": "bundle", "chiếc": "piece", "cái": "piece", "bộ": "set", "lọ": "jar", "hũ": "jar",
  "bao": "sack", "bình": "jug", "cân": "kg", "m": "metre", "mét": "metre", "con": "piece", "quả": "piece", "cây": "piece", "chậu": "pot", "tấm": "sheet", "đôi": "pair",
};
const GROUPS: Record<string, string> = {
  "thực phẩm": "Food", "đồ uống": "Drinks", "dược liệu và sản phẩm từ dược liệu": "Herbal products", "hàng thủ công mỹ nghệ": "Handicrafts",
  "sinh vật cảnh": "Ornamental plants and animals", "dịch vụ du lịch cộng đồng, du lịch sinh thái và điểm du lịch": "Community tourism",
};
const CERTIFICATES: Record<string, string> = { ATTP: "Food safety", "Hữu cơ": "Organic" };

const price = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export const unitInEnglish = (unit: string): string => UNITS[unit.toLowerCase()] ?? unit;
export const groupInEnglish = (group: string): string => GROUPS[group.toLowerCase()] ?? group;
export const certificateInEnglish = (name: string): string => CERTIFICATES[name] ?? name;
/** 25000 → "25,000" */
export const moneyInEnglish = (dong: number): string => price.format(dong);
/** "2025-07-29" → "29 July 2025" */
export const dayInEnglish = (day: string): string =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(Date.parse(day));
