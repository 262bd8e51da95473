// "Last ned appen": the second button, where the browser lets the page be installed.

import { attribute, h, show, text } from "../dom.js";

/** @typedef {import("./frame.js").Look} Look */

/**
 * The button, with the steps where the patient must take them himself, and what to do when it is done.
 * @param {Look} look
 * @returns {{element: HTMLElement, update: (look: Look) => void}}
 */
export function install(look) {
  const { t } = look;
  let current = look;
  const steps = h("div", { class: "panel", id: "installSteps", hidden: true },
    h("ol", { class: "list" }, ...["app.iphone.1", "app.iphone.2", "app.iphone.3"].map((key) => h("li", null, t(key)))));
  const press = h("button", { type: "button", class: "button line", id: "install", onclick: () => pressed() }, t("app.install"));
  const done = h("p", { class: "panel", role: "status" });
  const element = h("div", { class: "install" }, press, steps, done);

  function pressed() {
    if (current.facts.install === "ask") return look.post("install");
    show(steps, steps.hidden === true);
    attribute(press, "aria-expanded", String(!steps.hidden));
  }

  /** @param {Look} now */
  function update(now) {
    current = now;
    const how = now.facts.install;
    if (how === "steps") {
      attribute(press, "aria-controls", "installSteps");
      attribute(press, "aria-expanded", String(!steps.hidden));
    }
    show(press, how === "ask" || how === "steps");
    text(done, how === "done" ? t("app.done") : "");
    show(done, how === "done");
    show(element, how !== "no");
  }

  update(look);
  return { element, update };
}
