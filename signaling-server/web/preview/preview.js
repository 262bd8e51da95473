// Draws one state of states.js with the page's own views and pictures painted on a canvas in the place of cameras.

import { load, translator } from "../i18n.js";
import { Page } from "../page.js";
import { NOW, STATES } from "./states.js";

const asked = new URLSearchParams(location.search);
const name = asked.get("state") ?? "greeting";
const language = /** @type {import("../format.js").Language} */ (asked.get("language") ?? "nb");
const facts = STATES[name];
if (!facts) throw new Error(`no state ${name}`);

/** A person before a wall. @param {number} width @param {number} height @param {string} shirt */
function person(width, height, shirt) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const paint = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const light = paint.createRadialGradient(width / 2, height * 0.4, 0, width / 2, height * 0.4, width * 0.7);
  light.addColorStop(0, "#8aa7a2");
  light.addColorStop(1, "#2f4743");
  const draw = () => {
    paint.fillStyle = light;
    paint.fillRect(0, 0, width, height);
    paint.fillStyle = shirt;
    paint.beginPath();
    paint.ellipse(width / 2, height * 1.12, height * 0.42, height * 0.45, 0, 0, 7);
    paint.fill();
    paint.fillStyle = "#d9c8b4";
    paint.beginPath();
    paint.arc(width / 2, height * 0.45, height * 0.2, 0, 7);
    paint.fill();
  };
  draw();
  setInterval(draw, 100);
  return canvas.captureStream(10);
}

const page = new Page(/** @type {HTMLElement} */ (document.getElementById("page")), /** @type {HTMLElement} */ (document.getElementById("spoken")));
const seen = facts.camera && facts.cameraOn;
const look = {
  facts, t: translator(await load(language)), language, post: console.log, speak: console.log,
  own: seen ? person(640, 480, "#5f837d") : null, mirrored: true, remote: facts.admitted ? person(1280, 720, "#41635e") : null,
  level: () => 0.7, now: () => facts.now || NOW, browser: /** @type {const} */ ("android"), app: "Facebook", address: "https://lege.example/#iwHX45R2ALMJKoWWXqX19Q",
  list: async () => [], choose: console.log,
};
page.render(look);
page.render(look);
const typed = asked.get("type");
if (typed) {
  const input = /** @type {HTMLInputElement} */ (document.getElementById("pin"));
  input.focus();
  input.value = typed;
  input.dispatchEvent(new Event("input"));
  document.documentElement.classList.toggle("tight", asked.has("tight"));
}
