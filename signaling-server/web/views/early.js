// Too early: a countdown by the server's clock. The page lets the patient on by itself when the time has come.

import { h, text } from "../dom.js";
import { clock, elapsed } from "../format.js";
import { call, Doctor, promise, sheet, title, when } from "./frame.js";
import { install } from "./install.js";

/** @typedef {import("./frame.js").Look} Look @typedef {import("./frame.js").View} View */

/** @param {Look} look @returns {View} */
export function early(look) {
  const { t } = look;
  const heading = title(t("early.title"));
  const lead = h("p", { class: "lead" });
  const left = h("p", { class: "countdown", role: "timer" });
  const open = h("p", { class: "soft" });
  const app = install(look);
  const element = sheet(look, { name: "early", heading, children: [heading, lead, h("div", { class: "panel center" }, h("p", { class: "soft" }, t("early.opens")), left, open), h("p", { class: "soft" }, t("early.stay")), app.element], footer: [promise(look), call(look)] });
  const update = (/** @type {Look} */ now) => {
    const { facts } = now;
    app.update(now);
    text(lead, t("early.text", { doctor: Doctor(now), when: when(now) }));
    text(left, remaining(now, facts.notBefore - now.now() - facts.skew));
    const offset = facts.time?.offset ?? 0;
    text(open, t("early.from", { clock: clock({ at: facts.notBefore, wall: facts.notBefore + offset * 60000, offset }) }));
  };
  update(look);
  return { element, heading, update };
}

/** @param {Look} look @param {number} ms */
function remaining({ t }, ms) {
  const minutes = Math.ceil(ms / 60000);
  if (ms < 60000) return elapsed(Math.max(0, ms) + 999);
  if (minutes < 60) return t(minutes === 1 ? "minutes.one" : "minutes.other", { n: minutes });
  const hours = Math.round(minutes / 60);
  if (hours < 48) return t(hours === 1 ? "hours.one" : "hours.other", { n: hours });
  return t("days.other", { n: Math.round(hours / 24) });
}
