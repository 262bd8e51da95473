// Where the patient pastes the message or types the code: the app's first screen, and the one for a link that did not
// survive its way here.

import { h, show, text } from "../dom.js";
import { call, promise, sheet, title } from "./frame.js";
import { install } from "./install.js";

/** @typedef {import("./frame.js").Look} Look @typedef {import("./frame.js").View} View */

/** Opened without a link, as from the home screen. @param {Look} look @returns {View} */
export const start = (look) => field(look, "start", ["start.title", "start.text"], promise(look));

/** The link could not be read. @param {Look} look @returns {View} */
export const code = (look) => field(look, "code", ["code.title", "code.text"]);

/**
 * @param {Look} look
 * @param {string} name
 * @param {[string, string]} words keys of title and text
 * @param {HTMLElement} [foot]
 * @returns {View}
 */
function field(look, name, words, foot) {
  const { t } = look;
  const heading = title(t(words[0]));
  const app = install(look);
  const input = h("textarea", { id: "code", rows: 3, autocapitalize: "characters", autocomplete: "off", spellcheck: "false", "aria-describedby": "codeProblem codeHint",
    onkeydown: (/** @type {KeyboardEvent} */ e) => e.key === "Enter" && send(e) });
  const problem = h("p", { class: "problem", id: "codeProblem", role: "alert", hidden: true });
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (input.value.trim()) look.post("codeTyped", { text: input.value });
    else input.focus();
  };
  const form = h("form", { class: "pinForm", novalidate: true, onsubmit: send },
    h("label", { for: "code" }, t("code.label")), input,
    problem, h("p", { class: "soft hint", id: "codeHint" }, t("code.hint")),
    h("button", { type: "submit", class: "button big", id: "continue" }, t("pin.go")), app.element);
  const element = sheet(look, { name, heading, children: [heading, h("p", { class: "lead" }, t(words[1])), form], footer: [foot, call(look)] });
  const update = (/** @type {Look} */ now) => {
    const { facts } = now;
    app.update(now);
    text(problem, facts.codeWrong ? t("code.wrong") : "");
    show(problem, facts.codeWrong);
    input.setAttribute("aria-invalid", String(facts.codeWrong));
    if (facts.codeWrong) input.focus();
  };
  update(look);
  return { element, heading, update };
}
