// What the page knows of its server: who looks, in which language, and whether the server still answers.
import { get, NoAnswer, post, Refused, type Message } from "@shared/request";
import type { Catalogue, Me, Role } from "./types";
import { WORDS, type Word } from "./words";

export type Lang = "vi" | "en";
export type Theme = "light" | "dark";
export type Screen = "live" | "attention" | "terminals" | "catalogue" | "import" | "proposals" | "declared" | "leads" | "reports" | "people" | "tokens" | "connections" | "wall";
// Who has not logged in yet may have come by a link, and for a reason: #setup=…, #invite=…, #enrol=…
export type State = "asking" | "out" | "in" | "setup" | "invite" | "enrol";
const SEES: Record<Screen, Role[]> = {
  live: ["organizer", "exhibitor", "reporter", "auditor"],
  attention: ["organizer", "exhibitor", "reporter", "auditor"],
  terminals: ["organizer", "reporter", "auditor"],
  catalogue: ["organizer", "exhibitor", "reporter", "auditor"],
  import: ["organizer"],
  proposals: ["organizer", "exhibitor", "reporter", "auditor"],
  people: ["organizer", "auditor"],
  tokens: ["organizer", "auditor"],
  connections: ["organizer", "auditor"],
  declared: ["organizer"],
  leads: ["organizer", "exhibitor", "reporter", "auditor"],
  reports: ["organizer", "reporter", "auditor"],
  wall: ["organizer", "reporter", "auditor"],
};
const RETRY_EVERY_MS = 2_000;
const LANG = "phien.lang";
const THEME = "phien.theme";

// A browser that keeps nothing (a private window) is no reason to show nothing.
function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // The choice holds as long as this page.
  }
}

class House {
  state = $state<State>("asking");
  code = $state(""); // of the link by which somebody came
  silent = $state(false); // the server does not answer
  me = $state<Me>();
  lang = $state<Lang>(kept(LANG) === "en" ? "en" : "vi");
  theme = $state<Theme>(kept(THEME) === "dark" || (kept(THEME) === null && matchMedia("(prefers-color-scheme: dark)").matches) ? "dark" : "light");
  screen = $state<Screen>("live");
  about = $state(""); // what the screen is about: #live/EX01
  pictures = $state.raw<Map<string, string>>(new Map()); // by product: which version is there
  notice = $state<{ text: string; alarm: boolean }>();
  catalogue = $state.raw<Catalogue>({ fair: {}, exhibitors: [], products: [], cashiers: [] });
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;
  #exhibitors = $derived(new Map(this.catalogue.exhibitors.map((one) => [one.id, one])));

  word = (name: Word, values: Record<string, string | number> = {}): string =>
    WORDS[name][this.lang === "vi" ? 0 : 1].replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
  said = (message: Message): string => message[this.lang];
  exhibitor = (id: string): string => {
    const found = this.#exhibitors.get(id);
    return found?.short_name || found?.name || id;
  };
  picture = (product: string): string | undefined => {
    const version = this.pictures.get(product);
    return version && `/api/v1/pictures/${encodeURIComponent(product)}?version=${version}`;
  };
  booth = (id: string): string => this.#exhibitors.get(id)?.booth ?? "";
  get manages(): boolean {
    return this.me?.role === "organizer";
  }
  sees = (screen: Screen): boolean => !!this.me && SEES[screen].includes(this.me.role);

  speak(lang: Lang): void {
    this.lang = lang;
    keep(LANG, lang);
  }
  wear(theme: Theme): void {
    this.theme = theme;
    keep(THEME, theme);
  }
  tell(text: string, alarm = false): void {
    clearTimeout(this.#noticeTimer);
    this.notice = { text, alarm };
    this.#noticeTimer = setTimeout(() => (this.notice = undefined), alarm ? 7_000 : 3_000);
  }
  /** Says why something failed. */
  explain(error: unknown): void {
    if (error instanceof Refused) {
      if (error.status === 401) this.state = "out";
      else this.tell(this.said(error.said), true);
    } else if (error instanceof NoAnswer) {
      this.silent = true;
      this.tell(this.word("noAnswer"), true);
    } else {
      throw error;
    }
  }
  /** Runs what may be refused; true when it was done. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      this.silent = false;
      return true;
    } catch (error) {
      this.explain(error);
      return false;
    }
  }

  go = (screen: Screen, about = ""): void => {
    location.hash = about ? `${screen}/${about}` : screen;
  };
  #follow = (): void => {
    const [screen = "", about = ""] = location.hash.slice(1).split("/");
    const wanted = screen in SEES ? (screen as Screen) : "live";
    this.screen = this.sees(wanted) ? wanted : "live";
    this.about = this.screen === wanted ? decodeURIComponent(about) : "";
    document.querySelector("main")?.scrollTo(0, 0);
  };

  /** True when the address is a link that leads to something else than the screens. */
  #byLink(): boolean {
    const [, kind, code] = /^#(setup|invite|enrol)=([^&]*)/.exec(location.hash) ?? [];
    if (!kind) return false;
    this.code = code ?? "";
    this.state = kind as State;
    return true;
  }
  async start(): Promise<void> {
    if (this.#byLink()) return;
    for (;;) {
      try {
        await this.enter();
        return;
      } catch (error) {
        if (error instanceof Refused && error.status === 404) {
          this.state = "setup"; // no fair yet, and not by its link
          return;
        }
        if (!(error instanceof NoAnswer)) {
          this.explain(error);
          return;
        }
        this.silent = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
      }
    }
  }
  /** Who is logged in here; then what every screen needs. */
  async enter(): Promise<void> {
    addEventListener("hashchange", this.#follow);
    this.me = await get<Me>("me");
    await this.reload();
    this.silent = false;
    this.#follow();
    this.state = "in";
  }
  async reload(): Promise<void> {
    const [catalogue, pictures] = await Promise.all([get<Catalogue>("catalogue"), get<{ rows: { product: string; version: string }[] }>("pictures")]);
    this.catalogue = catalogue;
    this.pictures = new Map(pictures.rows.map((one) => [one.product, one.version]));
  }
  async leave(): Promise<void> {
    await this.attempt(() => post("logout", {}));
    this.me = undefined;
    this.state = "out";
  }
}

export const house = new House();
export const t = house.word;
