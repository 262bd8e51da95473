// The greeting and the PIN: one real input, six drawn boxes.

import { attribute, h, show, text } from "../dom.js";
import { boxes, complete, PIN_LENGTH, typed } from "../pin.js";
import { button, call, doctor, promise, sheet, when } from "./frame.js";
import { install } from "./install.js";

/** @typedef {import("./frame.js").Look} Look @typedef {import("./frame.js").View} View */

/** @param {Look} look @returns {View} */
export function greeting(look) {
  const { t } = look;
  const heading = h("h1", null, h("span", { class: "block" }, t("greeting.title")), " ", h("span", { class: "block" }, doctor(look)));
  const time = h("p", { class: "lead" });
  const info = look.facts.note?.info ?? "";
  const form = look.facts.known ? knownForm(look) : pinForm(look);
  const element = sheet(look, {
    name: "greeting", heading,
    children: [heading, time, info && h("p", { class: "panel info" }, info), form.element],
    footer: [promise(look), call(look)],
  });
  const update = (/** @type {Look} */ now) => {
    text(time, when(now));
    form.update(now);
  };
  update(look);
  return { element, heading, update, status: form.status, close: form.close };
}

/** This browser has given the PIN before. @param {Look} look */
function knownForm(look) {
  const go = button(look, "big", look.t("pin.go"), "press", "continue");
  const app = install(look);
  const busy = h("p", { class: "soft center" });
  const element = h("div", { class: "pinForm" }, h("p", null, look.t("greeting.known")), go, busy, app.element);
  let words = "";
  const update = (/** @type {Look} */ now) => {
    const { facts, t } = now;
    app.update(now);
    go.disabled = facts.pressed;
    words = facts.pressed ? t("pin.connecting") : "";
    text(busy, words);
  };
  return { element, update, status: () => words, close: () => {} };
}

/** @param {Look} look */
function pinForm(look) {
  const { t } = look;
  let value = "";
  let complaint = "";
  let current = look;
  const input = h("input", { id: "pin", class: "pinInput", type: "text", inputmode: "numeric", autocomplete: "one-time-code", name: "pin",
    autocapitalize: "off", spellcheck: "false", enterkeyhint: "go", "aria-describedby": "pinProblem pinHint", oninput: () => take(), onfocus: () => caret(), onclick: () => caret(),
    onblur: () => draw(), onkeyup: () => caret() });
  const drawn = Array.from({ length: PIN_LENGTH }, () => h("span", { class: "box" }));
  const hint = h("p", { class: "soft hint", id: "pinHint" }, t("pin.hint"));
  const problem = h("p", { class: "problem", id: "pinProblem", role: "alert" });
  const go = h("button", { type: "submit", class: "button big", id: "continue" }, t("pin.go"));
  const app = install(look);
  const help = h("div", { class: "panel", id: "pinHelp", hidden: true }, h("p", null, t("pin.help")), h("p", null, t("pin.help.call")));
  const ask = h("button", { type: "button", class: "button quiet", "aria-expanded": "false", "aria-controls": "pinHelp", onclick: () => toggle() }, t("pin.missing"));
  const element = h("form", { class: "pinForm", novalidate: true, onsubmit: (/** @type {Event} */ e) => send(e) },
    h("label", { for: "pin" }, t("pin.label")),
    h("div", { class: "pin" }, h("div", { class: "boxes", "aria-hidden": "true" }, ...drawn), input),
    problem, hint, go, app.element, ask, help);

  function take() {
    value = typed(value, input.value);
    if (input.value !== value) input.value = value;
    complaint = "";
    draw();
    caret();
  }

  function caret() {
    if (document.activeElement === input) input.setSelectionRange(value.length, value.length);
    draw();
  }

  function draw() {
    const focused = document.activeElement === input;
    boxes(value).forEach(({ digit, next }, i) => {
      text(drawn[i], digit);
      drawn[i].classList.toggle("next", focused && (next || (complete(value) && i === PIN_LENGTH - 1)));
      drawn[i].classList.toggle("caret", focused && next);
    });
  }

  /** @param {Event} event */
  function send(event) {
    event.preventDefault();
    if (busy(current) || waitLeft(current)) return;
    if (complete(value)) return look.post("pinEntered", { pin: value });
    complaint = value ? t("pin.short", { n: value.length }) : t("pin.empty");
    update(current);
    input.focus();
  }

  function toggle() {
    show(help, help.hidden === true);
    attribute(ask, "aria-expanded", String(!help.hidden));
  }

  let wasWrong = false;
  let timer = 0;
  /** @param {Look} now */
  function update(now) {
    current = now;
    const { facts } = now;
    app.update(now);
    if (facts.wrong && !wasWrong) {
      value = input.value = "";
      complaint = "";
      draw();
      input.focus();
    }
    wasWrong = facts.wrong;
    const words = complaint || trouble(now);
    text(problem, words);
    show(problem, words !== "");
    show(hint, words === "");
    attribute(input, "aria-invalid", String(words !== ""));
    text(go, busy(now) ? t(facts.line === "up" ? "pin.checking" : "pin.connecting") : waitLeft(now) ? t("pin.wait", { n: waitLeft(now) }) : t("pin.go"));
    attribute(go, "aria-disabled", String(busy(now) || waitLeft(now) > 0));
    clearTimeout(timer);
    if (waitLeft(now)) timer = setTimeout(() => update(current), 1000);
  }

  return { element, update, status: () => (busy(current) ? go.textContent ?? "" : ""), close: () => clearTimeout(timer) };
}

/** Whether the code is on its way. @param {Look} look */
function busy({ facts }) {
  return facts.proof === "held" || facts.proof === "sent";
}

/** Seconds until the next try is looked at. @param {Look} look */
function waitLeft({ facts, now }) {
  return Math.max(0, Math.ceil((facts.waitUntil - now()) / 1000));
}

/** @param {Look} look */
function trouble({ facts, t }) {
  if (!facts.wrong) return "";
  return facts.triesLeft === 1 ? t("pin.wrong.one") : t("pin.wrong.other", { n: facts.triesLeft });
}
