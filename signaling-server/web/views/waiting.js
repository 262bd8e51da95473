// The waiting room: who lets you in, what to do (nothing), that the line is good, and a word from the doctor.

import { h, show, text } from "../dom.js";
import { absence } from "../journey.js";
import { button, call, Doctor, sheet, title, when } from "./frame.js";
import { camera, microphone, mirror } from "./tiles.js";

/** @typedef {import("./frame.js").Look} Look @typedef {import("./frame.js").View} View */

/** @param {Look} look @returns {View} */
export function waiting(look) {
  const { t } = look;
  const chip = h("span", { class: "chip", id: "state" });
  const heading = title("");
  const lead = h("p", { class: "lead" });
  const picture = mirror(look);
  const voice = microphone(look);
  const lens = camera(look);
  const message = h("div", { class: "panel message" }, h("strong", null, t("message.title")), h("p", null));
  const element = sheet(look, {
    name: "waiting", heading, chip, wide: true,
    children: [h("div", { class: "say" }, heading, lead, message), picture.element, h("div", { class: "do" }, h("div", { class: "tiles" }, voice.element, lens.turn, lens.element))],
    footer: [h("div", { class: "pair" }, button(look, "quiet", t("waiting.leave"), "leave", "leave"), call(look))],
  });
  let status = "";
  const update = (/** @type {Look} */ now) => {
    const state = stateOf(now);
    chip.className = `chip ${state.chip}`;
    text(chip, t(state.word));
    text(heading, t(absence(now.facts) === "tooLong" ? "waiting.tooLong.title" : "waiting.title"));
    text(lead, wordsOf(now));
    show(message, now.facts.message !== "");
    if (message.lastElementChild) text(message.lastElementChild, now.facts.message);
    for (const part of [picture, voice, lens]) part.update(now);
    if (now.facts.canTurn) show(lens.element, !now.facts.cameraOn || !now.facts.camera);
    status = [wordsOf(now), now.facts.message && `${t("message.title")}: ${now.facts.message}`].filter(Boolean).join(" ");
  };
  update(look);
  return { element, heading, update, status: () => status, close: voice.close };
}

/** @param {Look} look */
function stateOf({ facts }) {
  if (facts.line !== "up") return { chip: "wait", word: "state.connecting" };
  if (!facts.desktop) return { chip: "wait", word: "state.absent" };
  return facts.proof === "right" ? { chip: "ok dotted", word: "state.ready" } : { chip: "wait", word: "state.connecting" };
}

/** @param {Look} look */
function wordsOf(look) {
  const { facts, t, now } = look;
  const names = { Doctor: Doctor(look), when: when(look) };
  const later = (facts.time?.at ?? 0) > now() + facts.skew;
  const missing = absence(facts);
  if (missing === "tooLong") return t("waiting.tooLong", names);
  if (missing === "long") return t("waiting.absentLong", names);
  if (missing === "yet" && (!facts.proven || later)) return later ? t("waiting.absentLater", names) : t("waiting.absent", names);
  return t("waiting.text", names);
}
