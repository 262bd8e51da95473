// What every screen has in common: the clinic at the top, the clinic's number at the bottom, one heading that takes the
// focus, and at most one filled button.

import { h, icon } from "../dom.js";
import { clock, date, dayOf, foreign, phone, tel } from "../format.js";
import { LANGUAGES } from "../i18n.js";

/**
 * @typedef {import("../journey.js").Facts} Facts
 * @typedef {import("../i18n.js").Translate} Translate
 * @typedef {import("../format.js").Language} Language
 *
 * @typedef {object} Look what a view is given, at its making and at every change
 * @property {Facts} facts
 * @property {Translate} t
 * @property {Language} language
 * @property {(type: string, members?: object) => void} post
 * @property {(language: Language) => void} speak chooses another language
 * @property {MediaStream | null} own
 * @property {boolean} mirrored
 * @property {MediaStream | null} remote only when it may be shown
 * @property {() => number} level of the own microphone, 0 to 1
 * @property {() => number} now milliseconds by this machine's clock
 * @property {"iphone" | "android" | "firefox" | "safari" | "other"} browser
 * @property {string} app whose inner browser this is, "" when nameless
 * @property {string} address of this page with the link, for opening it elsewhere; "" when unknown
 * @property {() => Promise<MediaDeviceInfo[]>} list
 * @property {(kind: "audio" | "video", id: string) => void} choose
 *
 * @typedef {object} View
 * @property {HTMLElement} element
 * @property {HTMLElement} heading takes the focus when the screen comes
 * @property {(look: Look) => void} update
 * @property {() => string} [status] what a screen reader hears when it changes
 * @property {() => void} [close]
 */

/**
 * The sheet of a screen.
 * @param {Look} look
 * @param {{name: string, wide?: boolean, chip?: HTMLElement, heading: HTMLElement, children: import("../dom.js").Child[], footer?: import("../dom.js").Child[]}} parts
 */
export function sheet(look, { name, wide = false, chip, heading, children, footer = [] }) {
  heading.setAttribute("tabindex", "-1");
  return h("div", { class: `sheet ${name}${wide ? " wide" : ""}`, "data-screen": name },
    h("header", { class: "top" }, h("span", { class: "mark" }, icon("mark", 20)),
      h("span", { class: "clinic" }, look.facts.note?.clinic ?? look.t("name")), chip ?? languages(look)),
    h("main", null, ...children),
    h("footer", { class: "foot" }, ...footer));
}

/** The menu of languages. @param {Look} look */
export function languages(look) {
  const menu = h("select", { class: "languages", "aria-label": look.t("language"), id: "language",
    onchange: (/** @type {any} */ e) => look.speak(e.target.value) });
  for (const [code, words] of LANGUAGES) menu.append(h("option", { value: code, lang: code, selected: code === look.language }, words));
  return menu;
}

/** @param {string} words */
export const title = (words) => h("h1", null, words);

/**
 * A button that posts an event.
 * @param {Look} look
 * @param {"big" | "line" | "quiet"} kind
 * @param {string} words
 * @param {string | (() => void)} press an event's type, or what to do
 * @param {string} [id]
 */
export function button(look, kind, words, press, id) {
  return h("button", { type: "button", class: `button ${kind}`, id, onclick: typeof press === "string" ? () => look.post(press) : press }, words);
}

/**
 * The clinic's number as a link that dials; where it is not known, where to find it.
 * @param {Look} look
 * @param {"quiet" | "big" | "line"} [kind]
 */
export function call(look, kind = "quiet") {
  const number = look.facts.note?.phone ?? "";
  const href = tel(number);
  if (!href) return h("p", { class: "soft center" }, look.t(number ? "call.number" : "call.unknown", { number }));
  const [before, after] = look.t("call.clinic", { number: "\u0000" }).split("\u0000");
  return h("a", { class: `button ${kind} phone`, href }, h("span", null, before, h("span", { class: "number" }, phone(number)), after ?? ""));
}

/** The promise that stands under the first screens. @param {Look} look */
export const promise = (look) => h("p", { class: "soft center small" }, look.t("promise"));

/** "i dag kl. 10:30", in the clinic's own time. @param {Look} look @param {import("../format.js").ClinicTime | null} [time] */
export function when(look, time = look.facts.time) {
  if (!time) return "";
  const { t, facts, language } = look;
  const day = dayOf(time, look.now() + facts.skew);
  const words = day === "today" ? t("when.today", { clock: clock(time) })
    : day === "tomorrow" ? t("when.tomorrow", { clock: clock(time) })
    : t("when.other", { date: date(time, language), clock: clock(time) });
  return foreign(time) ? t("when.norwegian", { when: words }) : words;
}

/** The doctor's name, or the word for him. @param {Look} look */
export const doctor = (look) => look.facts.note?.doctor || look.t("doctor");

/** The same at the beginning of a sentence. @param {Look} look */
export const Doctor = (look) => look.facts.note?.doctor || look.t("Doctor");

/**
 * Shows a stream in a video element without starting it over.
 * @param {HTMLVideoElement} video
 * @param {MediaStream | null} stream
 */
export function play(video, stream) {
  if (video.srcObject === stream) return;
  video.srcObject = stream;
  if (stream) video.play().catch(() => {});
}

/** An own picture: never heard, never fullscreen. @param {string} words */
export function ownVideo(words) {
  const video = h("video", { class: "own", id: "own", autoplay: true, playsinline: true, muted: true, "aria-label": words });
  video.muted = true;
  return video;
}
