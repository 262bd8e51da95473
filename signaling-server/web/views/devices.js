// The device check: see yourself, see that you are heard, go on. And the help when camera or microphone are missing.

import { h, show, text } from "../dom.js";
import { button, call, Doctor, sheet, title } from "./frame.js";
import { camera, microphone, mirror } from "./tiles.js";

/** @typedef {import("./frame.js").Look} Look @typedef {import("./frame.js").View} View */

/** @param {Look} look @returns {View} */
export function devices(look) {
  const { t } = look;
  const heading = title("");
  const lead = h("p", { class: "lead" });
  const picture = mirror(look);
  let heard = false;
  let current = look;
  const voice = microphone(look, () => {
    heard = true;
    update(current);
  });
  const lens = camera(look);
  const tiles = h("div", { class: "tiles" }, voice.element, lens.element, lens.turn);
  const choices = chooser(look);
  const go = button(look, "big", "", "checked", "continue");
  const way = h("p", { class: "way", id: "way" });
  const element = sheet(look, {
    name: "devices", heading, wide: true,
    children: [h("div", { class: "say" }, heading, lead), picture.element,
      h("div", { class: "do" }, tiles, choices.element, way, go)],
    footer: [call(look)],
  });
  let words = "";
  function update(/** @type {Look} */ now) {
    current = now;
    const { facts } = now;
    const asking = facts.devices !== "on";
    words = facts.admitted ? t("devices.admitted", { Doctor: Doctor(now) }) : t("devices.title");
    text(heading, words);
    const early = facts.desktop ? "" : `${t("devices.early", { Doctor: Doctor(now) })} `;
    text(lead, asking ? t("devices.allow") : facts.admitted ? t("devices.join") : early + t(heard ? "devices.heard" : "devices.text"));
    text(go, t(facts.admitted ? "devices.go.now" : "devices.go"));
    go.disabled = asking;
    for (const part of [picture, voice, lens]) part.update(now);
    show(tiles, !asking);
    text(way, facts.relay === "good" ? t("devices.way.good") : facts.relay === "blocked" ? t("devices.way.blocked") : "");
    show(way, facts.relay !== "" && !asking);
    choices.update(now);
  }
  update(look);
  return { element, heading, update, status: () => (current.facts.admitted ? words : lead.textContent ?? ""), close: voice.close };
}

/** Menus of cameras and microphones, where there is more than one and no hand to turn a phone. @param {Look} look */
function chooser(look) {
  const element = h("div", { class: "choices" });
  let key = "";
  const update = async (/** @type {Look} */ { facts, list, choose, t }) => {
    if (facts.devices !== "on" || facts.canTurn) return show(element, false);
    const all = await list();
    const now = all.map((device) => device.deviceId).join();
    if (now === key) return;
    key = now;
    const menus = /** @type {const} */ ([["videoinput", "video", "choose.camera"], ["audioinput", "audio", "choose.microphone"]]).flatMap(([kind, own, words]) => {
      const some = all.filter((device) => device.kind === kind && device.label);
      if (some.length < 2) return [];
      const menu = h("select", { onchange: (/** @type {any} */ e) => choose(own, e.target.value) }, ...some.map((device) => h("option", { value: device.deviceId }, device.label)));
      return [h("label", { class: "choice" }, h("span", null, t(words)), menu)];
    });
    element.replaceChildren(...menus);
    show(element, menus.length > 0);
  };
  return { element, update };
}

/**
 * What the filled button and the one beside it do, for each problem.
 * @type {Record<import("../journey.js").DeviceProblem, {text: string, first: [string, string], second: [string, string] | null}>}
 */
const HELP = {
  denied: { text: "", first: ["help.again", "askDevices"], second: ["help.without", "checked"] },
  busy: { text: "help.busy.text", first: ["help.again", "askDevices"], second: ["help.without", "checked"] },
  noCamera: { text: "help.noCamera.text", first: ["help.soundOnly", "soundOnly"], second: ["help.again", "askDevices"] },
  noMicrophone: { text: "help.noMicrophone.text", first: ["help.again", "askDevices"], second: ["help.noVoice", "checked"] },
  none: { text: "help.none.text", first: ["help.again", "askDevices"], second: ["help.without", "checked"] },
};

/** @param {Look} look @returns {View} */
export function deviceHelp(look) {
  const { t, facts, browser } = look;
  const problem = facts.problem ?? "none";
  const { text: words, first, second } = HELP[problem];
  const heading = title(t(TITLES[problem]));
  const steps = problem === "denied" ? STEPS[browser].map((key) => h("li", null, t(key))) : [];
  const element = sheet(look, {
    name: "deviceHelp", heading,
    children: [heading, problem === "denied" ? h("ol", { class: "panel list" }, ...steps) : h("p", { class: "lead" }, t(words)),
      facts.admitted && h("p", { class: "panel" }, t("devices.admitted", { Doctor: Doctor(look) })),
      h("div", { class: "steps" }, button(look, "big", t(first[0]), first[1], "continue"), second && button(look, "line", t(second[0]), second[1], "aside"))],
    footer: [call(look)],
  });
  return { element, heading, update() {} };
}

const TITLES = { denied: "help.denied.title", busy: "help.busy.title", noCamera: "help.noCamera.title", noMicrophone: "help.noMicrophone.title", none: "help.none.title" };

const STEPS = {
  iphone: ["help.iphone.1", "help.iphone.2", "help.iphone.3"],
  android: ["help.android.1", "help.android.2", "help.android.3"],
  firefox: ["help.firefox.1", "help.firefox.2", "help.firefox.3"],
  safari: ["help.safari.1", "help.safari.2", "help.safari.3"],
  other: ["help.other.1", "help.other.2", "help.other.3"],
};
