// Own picture, microphone level and the two switches: the same on the device check and in the waiting room.

import { attribute, h, icon, show, text } from "../dom.js";
import { ownVideo, play } from "./frame.js";

/** @typedef {import("./frame.js").Look} Look */

const BARS = 4;
/** Milliseconds between two readings of the level. */
const BEAT = 100;
/** The level from which we say that the patient is heard, and for how many readings. */
const HEARD_LEVEL = 0.35;
const HEARD_FOR = 4;

/** Own picture with the words that only the patient sees it. @param {Look} look */
export function mirror(look) {
  const video = ownVideo(look.t("own.label"));
  const off = h("div", { class: "off" }, icon("person", 72), h("span", null));
  const element = h("div", { class: "picture" }, video, off, h("span", { class: "chip over" }, look.t("own.only")));
  const update = (/** @type {Look} */ { own, mirrored, facts, t }) => {
    play(video, own);
    video.classList.toggle("mirrored", mirrored);
    show(video, !!own);
    show(off, !own);
    if (off.lastElementChild) text(off.lastElementChild, t(facts.devices === "asking" ? "devices.starting" : "camera.off"));
  };
  return { element, update };
}

/**
 * The microphone's switch with its level.
 * @param {Look} look
 * @param {() => void} [onHeard] called once, when the patient has been heard
 */
export function microphone(look, onHeard = () => {}) {
  const bars = Array.from({ length: BARS }, () => h("i", null));
  const level = h("span", { class: "level", "aria-hidden": "true" }, ...bars);
  const off = icon("microphoneOff", 22);
  const words = h("span", { class: "words" });
  const element = h("button", { type: "button", class: "tile", id: "microphone", onclick: () => look.post("toggleMicrophone") }, words, level, off);
  let current = look;
  let loud = 0;
  let heard = false;
  const timer = setInterval(() => {
    const on = current.facts.microphoneOn && current.facts.microphone;
    const now = on ? current.level() : 0;
    bars.forEach((bar, i) => bar.classList.toggle("lit", now > (i + 0.5) / (BARS + 0.5)));
    loud = now > HEARD_LEVEL ? loud + 1 : 0;
    if (loud >= HEARD_FOR && !heard) {
      heard = true;
      onHeard();
    }
  }, BEAT);
  /** @param {Look} now */
  function update(now) {
    current = now;
    const { facts, t } = now;
    const on = facts.microphoneOn && facts.microphone;
    text(words, t(on ? "microphone" : "microphone.off"));
    element.classList.toggle("isOff", !on);
    attribute(element, "aria-pressed", String(on));
    show(level, on);
    off.toggleAttribute("hidden", on);
  }
  return { element, update, close: () => clearInterval(timer) };
}

/** The camera's switch; on phones with two cameras another that turns to the other one. @param {Look} look */
export function camera(look) {
  const on = icon("camera", 22);
  const off = icon("cameraOff", 22);
  const words = h("span", { class: "words" });
  const element = h("button", { type: "button", class: "tile", id: "camera", onclick: () => look.post("toggleCamera") }, words, on, off);
  const turn = h("button", { type: "button", class: "tile", id: "turn", onclick: () => look.post("turnCamera") }, h("span", { class: "words" }, look.t("camera.turn")), icon("turn", 22));
  const update = (/** @type {Look} */ { facts, t }) => {
    const lit = facts.cameraOn && facts.camera;
    text(words, t(lit ? "camera" : "camera.off"));
    element.classList.toggle("isOff", !lit);
    attribute(element, "aria-pressed", String(lit));
    on.toggleAttribute("hidden", !lit);
    off.toggleAttribute("hidden", lit);
    show(turn, facts.canTurn && lit);
  };
  return { element, turn, update };
}
