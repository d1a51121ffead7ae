// USB scanners type like a keyboard, only faster. A burst of keys that ends in Enter (or falls silent) is a scan, wherever the focus
// is; what it typed into a field meanwhile is taken out again. The keys are read by their place (`event.code`), so it makes no
// difference what Telex, VNI or the Vietnamese layout make of them.

const SHORTEST = 6; // a person does not type six keys within the gaps below
const GAP_MS = 45;
const SILENCE_MS = 90;

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
const field = (): Typed | undefined => {
  const at = document.activeElement;
  return at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at : undefined;
};

/** Calls `scanned` for every scan; returns how to stop. */
export function listen(scanned: (code: string) => void): () => void {
  let text = "";
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let before: { at: Typed; value: string } | undefined;

  const forget = (): void => {
    clearTimeout(timer);
    text = "";
    before = undefined;
  };
  const restore = (): void => {
    const kept = before;
    if (!kept) return;
    const put = (): void => {
      if (kept.at.value === kept.value) return;
      kept.at.value = kept.value;
      kept.at.dispatchEvent(new Event("input", { bubbles: true }));
    };
    put();
    // An input method may still commit what it was composing, or take back and retype: once more when it has.
    setTimeout(put, SILENCE_MS);
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
      if (text.length >= SHORTEST && now - last <= SILENCE_MS) {
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
    if (text && now - last > GAP_MS) forget();
    if (!text) {
      const at = field();
      before = at ? { at, value: at.value } : undefined;
    }
    text += one;
    last = now;
    clearTimeout(timer);
    // Some scanners send no Enter: silence after something long enough, all digits, ends the scan as well.
    timer = setTimeout(() => (text.length >= 8 && /^\d+$/.test(text) ? finish() : forget()), SILENCE_MS);
  };
  addEventListener("keydown", onKey, { capture: true });
  return () => {
    clearTimeout(timer);
    removeEventListener("keydown", onKey, { capture: true });
  };
}
