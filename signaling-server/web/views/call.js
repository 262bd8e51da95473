// The call: the doctor large, oneself small, the switches below the picture and never over it. Always dark.

import { attribute, h, icon, show, text } from "../dom.js";
import { elapsed } from "../format.js";
import { call as telephone, Doctor, doctor, ownVideo, play } from "./frame.js";

/** @typedef {import("./frame.js").Look} Look @typedef {import("./frame.js").View} View */

/** @param {Look} look @returns {View} */
export function call(look) {
  const { t } = look;
  const heading = h("h1", { class: "name", tabindex: "-1" }, doctor(look));
  const time = h("span", { class: "elapsed", role: "timer", "aria-live": "off" });
  const chip = h("span", { class: "chip", id: "state" });
  const stage = picture(look);
  const controls = switches(look);
  const slow = h("p", { class: "slow", id: "network" });
  const element = h("div", { class: "call night", "data-screen": "call" },
    h("header", { class: "callTop" }, heading, time, chip), h("main", { class: "stage" }, stage.element), slow, controls.element);
  let current = look;
  let status = "";
  const update = (/** @type {Look} */ now) => {
    current = now;
    const checked = now.facts.peer === "confirmed";
    chip.className = `chip ${checked ? "ok dotted" : "wait"}`;
    text(chip, t(checked ? "call.secure" : "state.connecting"));
    stage.update(now);
    controls.update(now);
    text(slow, network(now));
    show(slow, network(now) !== "");
    status = [veil(now), network(now), ...muted(now), checked && t("call.secure")].filter(Boolean).join(" ");
    tick();
  };
  const tick = () => text(time, current.facts.callSince ? elapsed(current.now() - current.facts.callSince) : "");
  const timer = setInterval(tick, 500);
  update(look);
  return { element, heading, update, status: () => status, close: () => clearInterval(timer) };
}

/** What stands over a picture that is not there. @param {Look} look */
function veil(look) {
  const { facts, t } = look;
  if (facts.peer === "interrupted" || (facts.peer !== "confirmed" && facts.callSince)) return t("call.lost");
  return facts.peer === "confirmed" ? "" : t("call.connecting", { doctor: doctor(look) });
}

/** @type {Record<string, string>} whose network is slow, and what of the picture goes over it */
const SLOW = {
  patient: "call.network.patient", "patient reduced": "call.network.patient.reduced", "patient off": "call.network.patient.off",
  doctor: "call.network.doctor", "doctor reduced": "call.network.doctor.reduced", "doctor off": "call.network.doctor.off",
  line: "call.network.line", "line reduced": "call.network.line.reduced", "line off": "call.network.line.off",
};

/** What is said of a line that is slow. @param {Look} look */
function network({ facts, t }) {
  const key = SLOW[`${facts.network.slow} ${facts.network.picture}`.trim()];
  return facts.peer === "confirmed" && key ? t(key) : "";
}

/** What the doctor has switched off. @param {Look} look */
function muted(look) {
  const { facts, t } = look;
  if (facts.peer !== "confirmed") return [];
  return [!facts.doctorMicrophone && t("call.doctorMuted", { Doctor: Doctor(look) }), !facts.doctorCamera && t("call.doctorDark", { Doctor: Doctor(look) })];
}

/** Both pictures. @param {Look} look */
function picture(look) {
  const remote = h("video", { class: "remote", id: "remote", autoplay: true, playsinline: true, "aria-label": doctor(look) });
  const own = ownVideo(look.t("own.label"));
  const person = icon("person", 96);
  const words = h("p", { class: "veilWords" });
  const phone = telephone(look);
  const veilBox = h("div", { class: "veil" }, person, words, phone);
  const mute = h("span", { class: "chip over amber" }, icon("microphoneOff", 20), h("span", null));
  const listen = h("button", { type: "button", class: "button big listen", id: "listen", hidden: true, onclick: () => hear() }, look.t("call.listen"));
  const element = h("div", { class: "picture" }, remote, veilBox, mute, own, listen);

  function hear() {
    remote.play().then(() => show(listen, false), () => show(listen, true));
  }

  const update = (/** @type {Look} */ now) => {
    const { facts, own: mine, mirrored, remote: theirs } = now;
    if (remote.srcObject !== theirs) {
      remote.srcObject = theirs;
      if (theirs) hear();
    }
    play(own, mine);
    show(own, !!mine && facts.cameraOn);
    own.classList.toggle("mirrored", mirrored);
    const [quiet, dark] = [facts.peer === "confirmed" && !facts.doctorMicrophone, facts.peer === "confirmed" && !facts.doctorCamera];
    const over = veil(now) || (dark ? muted(now).filter(Boolean).join(". ") : "");
    text(words, over);
    show(veilBox, over !== "");
    show(phone, facts.peer === "interrupted");
    veilBox.classList.toggle("thin", facts.peer === "interrupted");
    show(mute, quiet && !dark);
    if (mute.lastElementChild) text(mute.lastElementChild, now.t("call.doctorMuted", { Doctor: Doctor(now) }));
  };
  return { element, update };
}

/** The row of controls. @param {Look} look */
function switches(look) {
  const sound = control(look, "toggleMicrophone", "microphone", "microphoneOff", "microphone");
  const sight = control(look, "toggleCamera", "camera", "cameraOff", "camera");
  const turn = h("button", { type: "button", class: "control", id: "turn", onclick: () => look.post("turnCamera") }, icon("turn"), h("span", null, look.t("camera.turn")));
  const end = h("button", { type: "button", class: "control end", id: "hangUp", onclick: () => look.post("leave") }, icon("hangUp"), h("span", null, look.t("call.end")));
  const element = h("div", { class: "controls", role: "group", "aria-label": look.t("call.controls") }, sound.element, sight.element, turn, end);
  const update = (/** @type {Look} */ { facts, t }) => {
    const heard = facts.microphoneOn && facts.microphone;
    const seen = facts.cameraOn && facts.camera;
    sound.update(heard, t(heard ? "microphone" : "microphone.off"));
    sight.update(seen, t(seen ? "camera" : "camera.off"));
    show(turn, facts.canTurn && seen);
  };
  return { element, update };
}

/**
 * A switch: an icon, struck through when off, and its words.
 * @param {Look} look
 * @param {string} press
 * @param {import("../dom.js").IconName} on
 * @param {import("../dom.js").IconName} off
 * @param {string} id
 */
function control(look, press, on, off, id) {
  const [lit, unlit] = [icon(on), icon(off)];
  const words = h("span", null);
  const element = h("button", { type: "button", class: "control", id, onclick: () => look.post(press) }, lit, unlit, words);
  const update = (/** @type {boolean} */ is, /** @type {string} */ shown) => {
    lit.toggleAttribute("hidden", !is);
    unlit.toggleAttribute("hidden", is);
    element.classList.toggle("isOff", !is);
    text(words, shown);
    attribute(element, "aria-pressed", String(is));
  };
  return { element, update };
}
