// What a person has to do for a step, counted from what the page receives, and about how long it takes by the keystroke-level model
// (Card, Moran, Newell 1983): thinking and pointing for each click, a key each 0.28 s. Reading and walking are not in it.
const CLICK_S = 1.35 + 1.1 + 0.2;
const KEY_S = 0.28;

/** Counts what is done in `context` from now on; `end(name)` prints the step and begins the next. */
export async function effort(context) {
  let clicks = 0;
  let keys = 0;
  const steps = [];
  await context.exposeBinding("phienEffort", (_, kind, count) => void (kind === "click" ? (clicks += count) : (keys += count)));
  await context.addInitScript(() => {
    const known = new WeakMap();
    addEventListener("click", (event) => void (event.isTrusted && window.phienEffort("click", 1)), true);
    addEventListener("input", (event) => {
      const field = event.target;
      if (!("value" in field) || field.type === "checkbox" || field.type === "radio" || field.type === "file") return;
      window.phienEffort("key", Math.abs(field.value.length - (known.get(field) ?? 0)));
      known.set(field, field.value.length);
    }, true);
    addEventListener("change", (event) => void (event.target.type === "file" && window.phienEffort("click", 2)), true); // the chooser: a file, "open"
  });
  return {
    /** `beside`: what is done elsewhere, as clicks: the address of a screen given here stands for a click in the menu. */
    end(name, beside = 0) {
      const all = clicks + beside;
      steps.push({ name, clicks: all, keys, seconds: Math.round(all * CLICK_S + keys * KEY_S) });
      [clicks, keys] = [0, 0];
    },
    print() {
      for (const step of steps) console.log(`     ${step.name}: ${step.clicks} clicks, ${step.keys} keys, about ${step.seconds} s`);
      console.log(`     in all about ${steps.reduce((sum, step) => sum + step.seconds, 0)} s`);
      return steps;
    },
  };
}
