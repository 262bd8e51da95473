// The typed code, for a link that did not survive its way here.

import { h, show, text } from "../dom.js";
import { call, sheet, title } from "./frame.js";

/** @typedef {import("./frame.js").Look} Look @typedef {import("./frame.js").View} View */

/** @param {Look} look @returns {View} */
export function code(look) {
  const { t } = look;
  const heading = title(t("code.title"));
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
    h("button", { type: "submit", class: "button big", id: "continue" }, t("pin.go")));
  const element = sheet(look, { name: "code", heading, children: [heading, h("p", { class: "lead" }, t("code.text")), form], footer: [call(look)] });
  const update = (/** @type {Look} */ { facts }) => {
    text(problem, facts.codeWrong ? t("code.wrong") : "");
    show(problem, facts.codeWrong);
    input.setAttribute("aria-invalid", String(facts.codeWrong));
    if (facts.codeWrong) input.focus();
  };
  update(look);
  return { element, heading, update };
}
