// The screens that say what happened and what to do next, and nothing else.

import { h } from "../dom.js";
import { button, call, Doctor, doctor, promise, sheet, title } from "./frame.js";

/** @typedef {import("./frame.js").Look} Look @typedef {import("./frame.js").View} View */

/**
 * What each says: the next step is the filled button, the telephone (filled where it is the next step) or nothing.
 * @type {Record<string, {title: string, text: string[], press?: [string, string], aside?: [string, string], telephone?: "big" | "quiet"}>}
 */
const NOTICES = {
  unsupported: { title: "unsupported.title", text: ["unsupported.text", "unsupported.how"] },
  notValid: { title: "notValid.title", text: ["notValid.text"], telephone: "big", aside: ["notValid.code", "typeCode"] },
  openedElsewhere: { title: "elsewhere.title", text: ["elsewhere.text"], press: ["elsewhere.here", "takeOver"] },
  refused: { title: "refused.title", text: ["refused.text"], telephone: "big" },
  mismatch: { title: "mismatch.title", text: ["mismatch.text"], telephone: "big" },
  finished: { title: "finished.title", text: ["finished.text"] },
  left: { title: "left.title", text: ["left.text"], press: ["left.back", "comeBack"] },
  parted: { title: "parted.title", text: ["parted.text", "parted.wait"] },
  outdated: { title: "outdated.title", text: ["outdated.text"], press: ["outdated.reload", "reload"] },
  locked: { title: "locked.title", text: ["locked.text"], telephone: "big", aside: ["locked.again", "newPin"] },
  otherDevice: { title: "otherDevice.title", text: ["otherDevice.text"] },
};

/** @param {string} name @param {Look} look @returns {View} */
export function notice(name, look) {
  const { t } = look;
  const words = NOTICES[name];
  const names = { doctor: doctor(look), Doctor: Doctor(look) };
  const heading = title(t(words.title, names));
  const known = !!look.facts.note?.phone;
  const element = sheet(look, {
    name, heading,
    children: [
      heading,
      ...words.text.map((key, i) => h("p", { class: i ? "soft" : "lead" }, t(key, names))),
      h("div", { class: "steps" },
        words.press && button(look, "big", t(words.press[0]), words.press[1], "continue"),
        words.telephone === "big" && call(look, known ? "big" : "quiet"),
        words.aside && button(look, words.telephone === "big" && known ? "line" : "big", t(words.aside[0]), words.aside[1], "aside")),
    ],
    footer: [name === "unsupported" || name === "finished" ? promise(look) : null, words.telephone !== "big" && call(look)],
  });
  return { element, heading, update() {} };
}
