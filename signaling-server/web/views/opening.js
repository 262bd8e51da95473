// While the page finds out where the patient is: a moment on good lines, words on bad ones.

import { h, show, text } from "../dom.js";
import { button, call, sheet, title } from "./frame.js";

/** @typedef {import("./frame.js").Look} Look @typedef {import("./frame.js").View} View */

/** @param {Look} look @returns {View} */
export function opening(look) {
  const { t } = look;
  const heading = title("");
  const lead = h("p", { class: "lead" });
  const more = call(look);
  const element = sheet(look, { name: "opening", heading, children: [heading, lead], footer: [more] });
  let words = "";
  const update = (/** @type {Look} */ { facts }) => {
    text(heading, t(facts.returning ? "opening.back" : "opening.title"));
    words = facts.unreachable ? t("opening.unreachable") : "";
    text(lead, words);
    show(more, facts.unreachable || !!facts.note);
  };
  update(look);
  return { element, heading, update, status: () => words };
}

/** The page runs inside another app. @param {Look} look @returns {View} */
export function inApp(look) {
  const { t, app, address, browser } = look;
  const heading = title(t("inApp.title"));
  const how = t(browser === "iphone" ? "inApp.iphone" : browser === "android" ? "inApp.android" : "inApp.other");
  const copied = h("p", { class: "soft center", role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
      text(copied, t("inApp.copied"));
    } catch {
      text(copied, t("inApp.notCopied"));
    }
  };
  const open = browser === "android" && address && h("a", { class: "button big", id: "continue", href: intent(address) }, t("inApp.chrome"));
  const element = sheet(look, {
    name: "inApp", heading,
    children: [heading, h("p", { class: "lead" }, app ? t("inApp.text", { app }) : t("inApp.nameless")), h("p", { class: "panel" }, how),
      h("div", { class: "steps" }, open, address && button(look, open ? "line" : "big", t("inApp.copy"), copy), copied,
        button(look, "quiet", t("inApp.goOn"), "goOnInApp"))],
    footer: [call(look)],
  });
  return { element, heading, update() {} };
}

/**
 * The address that Android opens in Chrome; the link's fragment stands before the intent's own.
 * @param {string} address
 */
function intent(address) {
  const { host, pathname, hash, protocol } = new URL(address);
  return `intent://${host}${pathname}${hash}#Intent;scheme=${protocol.slice(0, -1)};package=com.android.chrome;end`;
}
