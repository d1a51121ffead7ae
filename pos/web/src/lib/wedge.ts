// USB scanners type like a keyboard, only faster. A burst of keys that ends in Enter (or falls silent) is a scan, wherever the focus
// is; what it typed into a field meanwhile is taken out again. The keys are read by their place (`event.code`), so it makes no
// difference what Telex, VNI or the Vietnamese layout make of them.

const SHORTEST = 6; // a person does not type six keys within the gaps below
const GAP_MS = 45;
const SILENCE_MS = 150;
const CODE_LENGTHS = [8, 12, 13, 14]; // of codes that are digits alone

const SHIFTED: Record<string, string> = {
  Digit1: "!", Digit2: "@", Digit3: "#", Digit4: "$", Digit5: "%", Digit6: "^", Digit7: "&", Digit8: "*", Digit9: "(", Digit0: ")",
  Minus: "_", Equal: "+", Slash: "?", Period: ">", Comma: "<", Semicolon: ":", Quote: '"', BracketLeft: "{", BracketRight: "}", Backslash: "|",
};
const PLAIN: Record<string, string> = {
  Minus: "-", Equal: "=", Slash: "/", Period: ".", Comma: ",", Semicolon: ";", Quote: "'", BracketLeft: "[", BracketRight: "]", Backslash: "\\",
  NumpadDecimal: ".", NumpadDivide: "/", NumpadSubtract: "-", NumpadAdd: "+", Space: " ",
};

function letter(event: KeyboardEvent): string | undefined {
  const { code } = event;
  if (/^Key[A-Z]$/.test(code)) {
    const upper = event.shiftKey !== event.getModifierState("CapsLock");
    return upper ? code[3] : code[3]!.toLowerCase();
  }
  if (/^Numpad\d$/.test(code)) return code[6];
  if (/^Digit\d$/.test(code)) return event.shiftKey ? SHIFTED[code] : code[5];
  return event.shiftKey ? (SHIFTED[code] ?? PLAIN[code]) : PLAIN[code];
}

type Typed = HTMLInputElement | HTMLTextAreaElement;
// All of them: the first key may itself bring the focus into a field.
const fields = (): { at: Typed; value: string }[] =>
  [...document.querySelectorAll<Typed>("input, textarea")].map((at) => ({ at, value: at.value }));

/** Calls `scanned` for every scan; returns how to stop. */
export function listen(scanned: (code: string) => void): () => void {
  let text = "";
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let before: { at: Typed; value: string }[] = [];

  const forget = (): void => {
    clearTimeout(timer);
    text = "";
    before = [];
  };
  const restore = (): void => {
    const kept = before;
    const put = (): void => {
      for (const { at, value } of kept) {
        if (at.value === value) continue;
        at.value = value;
        at.dispatchEvent(new Event("input", { bubbles: true }));
      }
    };
    put();
    // An input method may still commit what it was composing, or take back and retype: once more when it has, unless somebody
    // types on by then.
    again = setTimeout(put, SILENCE_MS);
  };
  const finish = (): void => {
    const code = text;
    restore();
    forget();
    scanned(code);
  };

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const now = event.timeStamp;
    if (event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab") {
      if (text.length >= SHORTEST && now - last <= GAP_MS) {
        event.preventDefault();
        event.stopImmediatePropagation();
        finish();
      } else {
        forget();
      }
      return;
    }
    const one = letter(event);
    // Shift, and what an input method sends to take back and retype, are no keys of the scanner.
    if (one === undefined || event.repeat) return;
    clearTimeout(again);
    if (text && now - last > GAP_MS) forget();
    if (!text) before = fields();
    text += one;
    last = now;
    clearTimeout(timer);
    // Some scanners send no Enter: silence after as many digits as a code has ends the scan as well. Anything else is left to the
    // next key, whose own time says whether it belongs to the burst: a page that is busy gets its keys late.
    timer = setTimeout(() => { if (CODE_LENGTHS.includes(text.length) && /^\d+$/.test(text)) finish(); }, SILENCE_MS);
  };
  addEventListener("keydown", onKey, { capture: true });
  return () => {
    clearTimeout(timer);
    clearTimeout(again);
    removeEventListener("keydown", onKey, { capture: true });
  };
}
