// Which view draws which screen.

import { call } from "./call.js";
import { code, start } from "./code.js";
import { deviceHelp, devices } from "./devices.js";
import { early } from "./early.js";
import { greeting } from "./greeting.js";
import { notice } from "./notice.js";
import { inApp, opening } from "./opening.js";
import { waiting } from "./waiting.js";

/** @type {Partial<Record<import("../journey.js").Screen, (look: import("./frame.js").Look) => import("./frame.js").View>>} */
const VIEWS = { opening, inApp, start, code, early, greeting, devices, deviceHelp, waiting, noDoctor: waiting, call };

/**
 * Makes the view of a screen.
 * @param {import("../journey.js").Screen} screen
 * @param {import("./frame.js").Look} look
 */
export function make(screen, look) {
  return VIEWS[screen]?.(look) ?? notice(screen, look);
}
