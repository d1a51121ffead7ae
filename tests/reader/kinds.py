"""Which entries can be interpreted: the tables of shared/journal/FORMAT.md §3, §7 and §8, each line of the page one line here.

A field is `name:type`, `name?:type` when it may be absent. Types: the words of §1; `a|b` one of the words; `[1-200]line` a list; `2..32` an
integer; `{name}` an object of SHAPES."""
import datetime
import re

SAFE, TRILLION = 2**53 - 1, 10**12
PATTERNS = {
    "id": r"[A-Za-z0-9_][A-Za-z0-9._-]{0,31}",
    "booth": r"[A-Za-z0-9][A-Za-z0-9._]{0,31}",
    "fair_id": r"[a-z0-9][a-z0-9-]{0,63}",
    "hash": r"[0-9a-f]{64}",
    "signature": r"[0-9a-f]{128}",
    "nonce": r"[0-9a-f]{32}",
    "sealed": r"([0-9a-f]{2}){40,512}",
    "vat": r"[A-Za-z0-9:.%]{1,16}",
    "pay_ref": r"PH[A-Z0-9]{8}",
    "day": r"(?!0)[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
RANGES = {
    "money": (0, TRILLION), "paid": (1, TRILLION), "signed": (-TRILLION, TRILLION), "rounding": (-10**6, 10**6),
    "qty": (1, TRILLION), "counted": (0, TRILLION), "ms": (-SAFE, SAFE), "span": (0, SAFE), "number": (1, SAFE), "position": (0, SAFE),
}
GOODS = "product:id name:text400 unit:text40 qty:qty"
LINE = "product:id name:text400 unit:text40 qty:qty total:money vat:vat vat_amount:money ocop:0..5 cnnt:0..3"
DEAL = "exhibitor:id booth:booth receipt:number payments:[0-10]{payment} shift?:hash"
SHAPES = {
    "ref": "hash:hash seq:number terminal:id",
    "head": "hash:hash seq:position",
    "server_position": "hash:hash incarnation:number seq:number",
    "time": "boot:nonce up:span wall:ms",
    "unit": "at:1..32 of:2..32",
    "line": LINE + " price:money list?:money price_kind:list|wholesale|offer|agreed|open discount:money lot?:text40 offer?:hash gift?:true",
    "back_line": LINE + " lot?:text40 of?:0..199 gift?:true resaleable:bool",
    "declared_line": LINE,
    "payment": "method:cash|transfer|card|other|deposit|exchange amount:paid holder:id given?:money pay_ref?:pay_ref order?:{ref} label?:text80",
    "declared_payment": "method:cash|transfer|card|other amount:paid holder:id",
    "goods": GOODS + " lot?:text40 expiry?:day",
    "counted_goods": "product:id name:text400 unit:text40 qty:counted",
    "opening_goods": "product:id name:text400 unit:text40 qty:signed",
    "document": " ".join(f"{n}?:text200" for n in ("number", "order", "sender", "receiver", "from", "to", "vehicle")),
    "offer_item": "product:id qty:qty",
    "note_pile": "value:paid count:0..1000000",
    "entry": "v:1..1 kind:any nonce:nonce time:{time} by:id seen?:{server_position} happened?:ms unit?:{unit} personal?:hash body:any",
}
TERMINAL = {
    "journal_open": "program:text80 device?:text80 continues?:{ref} reason?:text400",
    "sale": DEAL + " place:id how:till|late vat_method:text40 lines:[1-200]{line} total:money rounding:rounding note?:text2000",
    "refund": DEAL + " place:id vat_method:text40 sale?:{ref} lines:[1-200]{back_line} total:money rounding:rounding reason?:text400",
    "order": DEAL + " vat_method:text40 lines:[1-200]{line} total:money due?:day note?:text2000",
    "order_closed": DEAL + " order:{ref} outcome:delivered|cancelled rounding:rounding kept:money note?:text2000",
    "invoice_request": "exhibitor:id sale:{ref}",
    "offer": "exhibitor:id offer:id name:text200 type:price|percent|combo|n_get_m items:[1-50]{offer_item} value:money from:ms until:ms active:bool",
    "product_proposed": "exhibitor:id product:id name:text400 unit:text40 sold_by:piece|weight|length price:money vat:vat barcode?:text40",
    "barcode_learned": "exhibitor:id product:id barcode:text40",
    "shift_open": "holder:id float:money",
    "shift_close": "shift:hash holder:id counted:money notes:[0-20]{note_pile} expected:signed claimed:signed",
    "cash_in": "holder:id amount:paid reason:text400 shift?:hash",
    "cash_out": "holder:id amount:paid reason:text400 shift?:hash",
    "journal_close": "reason:text400",
}
BOTH = {
    "void": "entry:{ref} was:any body:any shift?:hash reason?:text400",
    "payment_confirmed": "holder:id pay_ref:pay_ref amount:paid direction:in|out source:cashier|bank bank_ref?:text80",
    "stock_in": "exhibitor:id place:id lines:[1-200]{goods} document?:{document} note?:text2000",
    "stock_out": "exhibitor:id place:id lines:[1-200]{goods} note?:text2000 lead?:hash"
                 " reason:sample|gift|damage|loss|return_to_exhibitor|withdrawn",
    "transfer": "exhibitor:id from:id to:id lines:[1-200]{goods} note?:text2000",
    "stock_count": "exhibitor:id place:id lines:[1-200]{counted_goods} note?:text2000",
    "declared_sales": "exhibitor:id day:day method:text80 sales:0..1000000 total:money payments:[0-10]{declared_payment} place:id"
                      " lines:[0-200]{declared_line} note?:text2000",
    "lead": "exhibitor:id type:enquiry|memorandum|contract goods:text400 quantity?:text200 value:money follow_up?:day consent:bool",
    "visitors": "exhibitor?:id count:1..100000",
    "clock": "server:ms round_trip:span up:span wall:ms incarnation:number reset?:true",
    "note": "exhibitor?:id text:text2000 about?:{ref}",
}
SERVER = {
    "incarnation": "number:number root:hash tls:hash certificate:signature parent?:{server_position} program:text80",
    "fair": "item:item removed?:true", "exhibitor": "item:item removed?:true", "product": "item:item removed?:true",
    "cashier": "item:item removed?:true",
    "opening": "exhibitor:id place:id lines:[1-200]{opening_goods}",
    "terminal_enrolled": "terminal:booth key:hash exhibitors:[1-64]id booth:booth holder:id",
    "terminal_revoked": "terminal:id head:{head} reason:text400",
    "heads": "heads:[1-400]{ref}",
    "ruling": "about:{ref} decision:post|keep_out|settled text:text2000",
    "erase": "about:{ref}",
    "fair_closed": "edition:number part:1..32 parts:1..32 cut:[0-400]{ref}",
    "archived": "terminal:id head:{head} signature:signature",
    "account": "account:id name:text200 role:organizer|exhibitor|reporter|auditor exhibitors:[0-64]id removed?:true",
    "password": "account:id secret?:sealed",
    "token": "token:id account:id name:text200 role:organizer|exhibitor|reporter|auditor exhibitors:[0-64]id until:ms secret?:sealed",
}
KINDS = {**TERMINAL, **BOTH, **SERVER}
VOIDABLE = set(("sale refund payment_confirmed order order_closed invoice_request stock_in stock_out transfer stock_count declared_sales"
                " shift_open shift_close cash_in cash_out lead visitors opening").split())


class Uninterpretable(Exception):
    """Why an entry is quarantined, with the field."""


def _require(holds, path, why):
    if not holds:
        raise Uninterpretable(f"{path}: {why}")


def _is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _check_string(value, kind, path):
    _require(isinstance(value, str), path, "not a text")
    if kind.startswith("text"):
        _require(len(value.encode()) <= int(kind[4:]), path, "too long")
        _require(not any(c < " " and c != "\n" for c in value), path, "a control character")
    elif kind in PATTERNS:
        _require(re.fullmatch(PATTERNS[kind], value), path, f"not a {kind}")
        if kind == "day":
            try:
                _require(datetime.date.fromisoformat(value).year >= 1900, path, "not a day")
            except ValueError:
                raise Uninterpretable(f"{path}: not a day") from None
    else:
        _require(value in kind.split("|"), path, "not one of the words")


def _check(value, kind, path):
    span = re.fullmatch(r"(-?\d+)\.\.(\d+)", kind)
    many = re.fullmatch(r"\[(\d+)-(\d+)\](.+)", kind)
    if kind == "any":
        return
    if kind in RANGES or span:
        least, most = (int(span[1]), int(span[2])) if span else RANGES[kind]
        _require(_is_int(value), path, "not an integer")
        _require(least <= value <= most, path, "out of its range")
    elif kind == "bool":
        _require(isinstance(value, bool), path, "not true or false")
    elif kind == "true":
        _require(value is True, path, "not true")
    elif many:
        _require(isinstance(value, list), path, "not a list")
        _require(int(many[1]) <= len(value) <= int(many[2]), path, "too many or too few")
        for i, element in enumerate(value):
            _check(element, many[3], f"{path}[{i}]")
    elif kind == "item":
        _require(isinstance(value, dict), path, "not an object")
        _require("id" in value, path + ".id", "missing")
    elif kind.startswith("{"):
        _shape(value, SHAPES[kind[1:-1]], path)
        _together(value, kind[1:-1], path)
    else:
        _check_string(value, kind, path)


def _shape(value, fields, path):
    _require(isinstance(value, dict), path, "not an object")
    known = set()
    for field in fields.split():
        name, _, kind = field.partition(":")
        optional = name.endswith("?")
        name = name.removesuffix("?")
        known.add(name)
        if name in value:
            _check(value[name], kind, f"{path}.{name}")
        else:
            _require(optional, f"{path}.{name}", "missing")
    for name in value:
        _require(name in known, f"{path}.{name}", "unknown")


def _together(value, kind, path):
    """What fields must be to each other."""
    if kind == "payment":
        _require(value["method"] != "transfer" or "pay_ref" in value, path + ".pay_ref", "missing")
        _require(value["method"] != "deposit" or "order" in value, path + ".order", "missing")
    elif kind == "unit":
        _require(value["at"] <= value["of"], path + ".at", "beyond its unit")
    elif kind == "transfer":
        _require(value["from"] != value["to"], path + ".to", "the same place")
    elif kind == "stock_count":
        products = [line["product"] for line in value["lines"]]
        _require(len(set(products)) == len(products), path + ".lines", "a product twice")
    elif kind == "offer":
        _require(value["type"] != "percent" or 1 <= value["value"] <= 10_000, path + ".value", "out of its range")
    elif kind in ("account", "token"):
        _require((value["role"] == "exhibitor") == bool(value["exhibitors"]), path + ".exhibitors", "not those of its role")
    elif kind == "fair_closed":
        _require(value["part"] <= value["parts"], path + ".part", "beyond its unit")
    elif kind in ("fair", "exhibitor", "product", "cashier"):
        _check_string(value["item"]["id"], "fair_id" if kind == "fair" else "id", path + ".item.id")
    elif kind == "void":
        _require(isinstance(value["was"], str), path + ".was", "not a text")
        _require(value["was"] in VOIDABLE, path + ".was", "not a kind that can be taken back")
        _body(value["body"], value["was"], path + ".body")


def _body(body, kind, path):
    _shape(body, KINDS[kind], path)
    _together(body, kind, path)


def interpret(entry, server):
    """Raises Uninterpretable unless `entry` (a canonical value) may stand in a terminal's or a server's journal."""
    _require(isinstance(entry, dict), "entry", "not an object")
    _require(_is_int(entry.get("v")) and entry["v"] == 1, "v", "another version")
    _shape(entry, SHAPES["entry"], "entry")
    kind = entry["kind"]
    _require(isinstance(kind, str) and kind in KINDS, "kind", "unknown")
    _require(kind in BOTH or kind in (SERVER if server else TERMINAL), "kind", "not one of this journal")
    _body(entry["body"], kind, "body")
