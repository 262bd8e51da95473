// What is seen: one view at a time, the title, the language, the focus, and the line that screen readers speak.

import { text } from "./dom.js";
import { screen } from "./journey.js";
import { make } from "./views/views.js";

/**
 * @typedef {import("./views/frame.js").Look} Look
 * @typedef {import("./views/frame.js").View} View
 */

/** Screens whose title names what is going on; the others are called after the program. @type {Record<string, string>} */
const TITLES = { waiting: "title.waiting", noDoctor: "title.waiting", call: "title.call", finished: "title.ended", left: "title.ended", parted: "title.ended" };

/** The face of the page. */
export class Page {
  /**
   * @param {HTMLElement} root where the views stand
   * @param {HTMLElement} spoken a polite live region
   */
  constructor(root, spoken) {
    this.root = root;
    this.spoken = spoken;
    /** @type {View | null} */
    this.view = null;
    this.shown = "";
  }

  /** Draws what is to be seen now. @param {Look} look */
  render(look) {
    const now = screen(look.facts);
    const key = `${now} ${look.language} ${look.facts.known} ${now === "deviceHelp" && look.facts.problem} ${look.facts.note?.clinic}`;
    if (key === this.shown) this.view?.update(look);
    else this.#change(now, key, look);
    text(this.spoken, this.view?.status?.() ?? "");
    document.title = title(now, look);
  }

  /**
   * @param {import("./journey.js").Screen} now
   * @param {string} key
   * @param {Look} look
   */
  #change(now, key, look) {
    this.view?.close?.();
    document.documentElement.lang = look.language;
    document.getElementById("manifest")?.setAttribute("href", `app.${look.language}.webmanifest`);
    document.documentElement.classList.toggle("inCall", now === "call");
    this.view = make(now, look);
    this.shown = key;
    this.root.replaceChildren(this.view.element);
    scrollTo(0, 0);
    if (document.activeElement !== document.querySelector("#language")) this.view.heading.focus({ preventScroll: true });
  }
}

/** @param {import("./journey.js").Screen} now @param {Look} look */
function title(now, { t, facts }) {
  if (facts.admitted && now !== "call") return t("title.ready");
  return TITLES[now] ? `${t(TITLES[now])} – ${t("name")}` : t("name");
}
