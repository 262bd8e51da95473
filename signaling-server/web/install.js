// The page as an app: its service worker, the browser's offer to install it, and links that open in it.

import { parseFragment } from "./access.js";

/**
 * How the page can be installed: not at all (or it is already), by asking the browser, by steps that the patient takes
 * in the browser's own menu; "done" once it has been.
 * @typedef {"no" | "ask" | "steps" | "done"} Way
 */

const WORKER = "/worker.js";

/** Starts the worker that keeps the page's own files. Without one the page works as well, but for opening offline. */
export async function keepShell() {
  try {
    // The one name that the page's Content-Security-Policy allows, and it makes one address only.
    const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("worker", { createScriptURL: () => WORKER });
    await navigator.serviceWorker?.register(policy?.createScriptURL("") ?? WORKER, { updateViaCache: "none" });
  } catch {
    // private windows, full disks, browsers without workers
  }
}

/** Whether this page runs as an installed app. */
const installed = () => matchMedia("(display-mode: standalone)").matches || /** @type {any} */ (navigator).standalone === true;

/** The browser's offer to install the page, kept until the patient wants it. */
export class Installing {
  /**
   * @param {string} browser of browser.kind
   * @param {(how: Way) => void} changed told when the way changes
   */
  constructor(browser, changed) {
    /** @type {any} */
    this.offer = null;
    this.changed = changed;
    /** @type {Way} */
    this.how = browser === "iphone" && !installed() ? "steps" : "no";
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.offer = event;
      this.#now("ask");
    });
    addEventListener("appinstalled", () => this.#now("done"));
  }

  /** Asks the browser; to be called from a press. An offer holds for one question. */
  async ask() {
    const offer = this.offer;
    this.offer = null;
    if (!offer) return;
    try {
      await offer.prompt();
      if ((await offer.userChoice).outcome === "accepted") return;
    } catch {
      // the browser has thought better of it
    }
    if (this.how === "ask" && !this.offer) this.#now("no");
  }

  /** @param {Way} how */
  #now(how) {
    this.how = how;
    this.changed(how);
  }
}

/**
 * Hears of links that the system opens in this very window, as the manifest asks for: one with another secret than the
 * page holds is opened, the same one changes nothing, so that a second tap on it does not disturb the call.
 * @param {() => Uint8Array | null} held
 */
export function takeLinks(held) {
  /** @type {any} */ (globalThis).launchQueue?.setConsumer((/** @type {{targetURL?: string}} */ { targetURL }) => {
    const fragment = targetURL ? new URL(targetURL).hash.slice(1) : "";
    const secret = parseFragment(fragment);
    const have = held();
    if (!secret || (have && secret.every((byte, i) => byte === have[i]))) return;
    location.hash = fragment;
  });
}
