// The patient's journey as a pure machine: facts are stored, step(facts, event) returns new facts and what to do, and
// the screen is derived from the facts. No clock, no network, no page: app.js owns those and posts events.
//
//   opening -> greeting (PIN) -> devices -> waiting -> connecting -> call <-> reconnecting -> left | parted | finished
//   aside:     start (no link yet), code (typed code), early (countdown), locked, otherDevice, deviceHelp, noDoctor, and the stops below

import { clinicTime } from "./format.js";

/**
 * @typedef {import("./format.js").ClinicTime} ClinicTime
 * @typedef {{clinic: string, doctor: string, phone: string, lang: string, info: string}} Note
 * @typedef {"unsupported" | "notValid" | "openedElsewhere" | "refused" | "mismatch" | "finished" | "left" | "outdated"} Stop
 * @typedef {"opening" | "inApp" | "start" | "code" | "early" | "greeting" | "locked" | "otherDevice" | "devices" | "deviceHelp" |
 *   "waiting" | "noDoctor" | "call" | "parted" | Stop} Screen
 * @typedef {"denied" | "noMicrophone" | "noCamera" | "busy" | "none"} DeviceProblem
 *
 * @typedef {object} Facts
 * @property {number} now milliseconds since 1970, of the last event
 * @property {number} skew the server's clock minus this one, milliseconds
 * @property {Stop | null} stop
 * @property {boolean} inApp the page runs inside another app's browser, and the patient has not chosen to go on there
 * @property {"none" | "missing" | "broken" | "held"} secret missing: the page was opened without a link
 * @property {boolean} codeWrong the typed code was not one
 * @property {import("./install.js").Way} install how the page can be installed as an app
 * @property {boolean} unreachable the server does not answer the request for the note
 * @property {Note | null} note
 * @property {Note | null} lastNote what this tab read before a reload: the clinic's number, should the link be dead now
 * @property {ClinicTime | null} time of the appointment
 * @property {number} notBefore milliseconds by the server's clock
 * @property {boolean} returning this tab was inside before a reload: no press is needed again
 * @property {boolean} known this browser has given the PIN before: no PIN is asked unless the desktop wants it
 * @property {boolean} pressed
 * @property {"off" | "connecting" | "up"} line
 * @property {boolean} desktop the doctor's program is there
 * @property {number} absent since when it is not, milliseconds; 0 while it is
 * @property {"none" | "begun" | "ready"} session
 * @property {string} pin what was typed, until it has been judged
 * @property {"none" | "held" | "sent" | "right"} proof
 * @property {boolean} proven a PIN or resume was right since the page was loaded
 * @property {boolean} ahead went on to the devices before the PIN could be looked at
 * @property {boolean} wrong
 * @property {number} triesLeft
 * @property {number} waitUntil no PIN is looked at before; milliseconds
 * @property {boolean} locked
 * @property {boolean} newDevice the doctor is being asked about this device
 * @property {"off" | "asking" | "on" | "problem"} devices
 * @property {DeviceProblem | null} problem
 * @property {boolean} microphone there is one and we may use it
 * @property {boolean} camera
 * @property {boolean} microphoneOn the patient wants to be heard
 * @property {boolean} cameraOn the patient wants to be seen
 * @property {boolean} canTurn there is another camera to switch to
 * @property {boolean} checked the device check is behind us
 * @property {boolean} admitted
 * @property {"none" | "connecting" | "confirmed" | "interrupted"} peer
 * @property {number} callSince 0 before the first picture or sound
 * @property {boolean} doctorMicrophone
 * @property {boolean} doctorCamera
 * @property {"" | "good" | "blocked"} relay whether a call gets through this network by a relay; "" for unknown
 * @property {{slow: string, picture: string}} network what is said of a line that is slow: whose, and what of the picture
 * @property {string} message the doctor's line of text
 * @property {boolean} parted the doctor has left the call and may take it up again
 * @property {number} mismatches
 */

/** Every event carries `at`, milliseconds since 1970. @typedef {{type: string, at: number, [member: string]: any}} Event */
/** @typedef {{do: string, [member: string]: any}} Action */

/** Silence of the doctor's program is told more urgently after these times, milliseconds. */
export const ABSENT_LONG = 2 * 60_000;
export const ABSENT_TOO_LONG = 20 * 60_000;

/** Mismatches after which the page stops: one retry with new keys. */
const MISMATCHES = 2;

/** @returns {Facts} */
export function begin() {
  return {
    now: 0, skew: 0, stop: null, inApp: false, secret: "none", codeWrong: false, install: "no", unreachable: false,
    note: null, lastNote: null, time: null, notBefore: 0, returning: false, known: false, pressed: false,
    line: "off", desktop: false, absent: 0, session: "none",
    pin: "", proof: "none", proven: false, ahead: false, wrong: false, triesLeft: 5, waitUntil: 0, locked: false, newDevice: false,
    devices: "off", problem: null, microphone: false, camera: false, microphoneOn: true, cameraOn: true, canTurn: false, checked: false,
    admitted: false, peer: "none", callSince: 0, doctorMicrophone: true, doctorCamera: true,
    relay: "", network: { slow: "", picture: "" }, message: "", parted: false, mismatches: 0,
  };
}

/**
 * Which screen the facts show.
 * @param {Facts} f
 * @returns {Screen}
 */
export function screen(f) {
  if (f.stop) return f.stop;
  if (f.secret === "missing") return "start";
  if (f.secret === "broken") return "code";
  if (f.inApp) return "inApp";
  if (!f.note) return "opening";
  if (early(f)) return "early";
  if (f.locked) return "locked";
  if (f.newDevice) return "otherDevice";
  if (!f.proven && !f.ahead) return f.returning && f.proof !== "none" ? "opening" : "greeting";
  if (f.parted) return "parted";
  if (!f.checked) return f.devices === "problem" ? "deviceHelp" : "devices";
  if (f.admitted) return "call";
  return absence(f) === "tooLong" ? "noDoctor" : "waiting";
}

/** @param {Facts} f */
export function early(f) {
  return !f.proven && f.now + f.skew < f.notBefore;
}

/**
 * How long the doctor's program has been missing. Before the appointment's time nobody need worry.
 * @param {Facts} f
 * @returns {"no" | "yet" | "long" | "tooLong"}
 */
export function absence(f) {
  if (!f.absent || f.desktop) return "no";
  const since = f.now - Math.max(f.absent, (f.time?.at ?? 0) - f.skew);
  if (since >= ABSENT_TOO_LONG) return "tooLong";
  if (since >= ABSENT_LONG) return "long";
  return "yet";
}

/** Whether our picture and sound may go to the doctor as far as the journey decides. @param {Facts} f */
export function live(f) {
  return f.admitted && f.checked && f.proven && !f.stop && !f.locked;
}

/** Whether the page must keep the screen awake. @param {Facts} f */
export function awake(f) {
  return ["devices", "waiting", "call", "parted", "otherDevice"].includes(screen(f));
}

/**
 * The next facts and what to do, in order.
 * @param {Facts} before
 * @param {Event} event
 * @returns {{facts: Facts, actions: Action[]}}
 */
export function step(before, event) {
  const facts = { ...before, now: event.at };
  const handler = handlers[event.type];
  if (!handler) throw new Error(`unknown event ${event.type}`);
  if (facts.stop && !afterStop.has(event.type)) return { facts, actions: [] };
  const actions = handler(facts, event) ?? [];
  if (!live(facts)) facts.callSince = 0;
  else if (facts.peer === "confirmed") facts.callSince ||= event.at;
  return { facts, actions };
}

/** What still counts when the journey has come to a stop. */
const afterStop = new Set(["installable", "tick", "note", "comeBack", "takeOver", "secretFound", "lineDown", "typeCode"]);

/** @type {Record<string, (f: Facts, e: Event) => Action[] | void>} */
const handlers = {
  // ---- opening
  opened(f, e) {
    Object.assign(f, { inApp: e.inApp, secret: e.secret, lastNote: e.lastNote ?? null, returning: e.returning, known: e.known, checked: e.returning && e.checked,
      microphoneOn: e.microphoneOn, cameraOn: e.cameraOn });
    if (!e.supported) f.stop = "unsupported";
    return f.secret === "held" ? [{ do: "fetchNote" }] : [];
  },
  goOnInApp(f) { f.inApp = false; },
  installable(f, e) { f.install = e.how; },
  install() { return [{ do: "install" }]; },
  secretFound(f, e) {
    Object.assign(f, begin(), { now: e.at, secret: "held", known: e.known, install: f.install });
    return [{ do: "fetchNote" }];
  },
  codeNotOne(f) { f.codeWrong = true; },
  typeCode(f) { Object.assign(f, { stop: null, secret: "broken", codeWrong: false }); },
  noteUnreachable(f) { f.unreachable = true; },
  noteRefused: refused,
  note(f, e) {
    Object.assign(f, { note: e.note, time: clinicTime(e.note.at), notBefore: e.notBefore * 1000, skew: e.now * 1000 - e.at, unreachable: false });
    if (f.stop || !f.returning || !f.known || early(f)) return [];
    return [...press(f, "held"), ...(f.checked ? openDevices(f) : [])];
  },
  tick() {},

  // ---- the PIN
  press(f) { return press(f, f.known ? "held" : "none"); },
  pinEntered(f, e) {
    if (f.proof === "sent" || f.now < f.waitUntil) return [];
    Object.assign(f, { pin: e.pin, wrong: false, locked: false, returning: false });
    const actions = press(f, "held");
    if (f.session === "ready") actions.push(...prove(f));
    return [...actions, ...goAhead(f)];
  },
  newPin(f) { Object.assign(f, { locked: false, wrong: false, proven: false, ahead: false, triesLeft: Math.max(1, f.triesLeft) }); },

  // ---- the line to the server
  lineUp(f, e) {
    Object.assign(f, { line: "up", skew: e.now * 1000 - e.at });
    return presence(f, e);
  },
  presence,
  lineDown(f) {
    f.line = f.stop ? "off" : "connecting";
    return endSession(f);
  },
  refused,

  // ---- inside the sealed session
  ready(f, e) {
    Object.assign(f, { session: "ready", triesLeft: e.triesLeft, time: clinicTime(e.time) ?? f.time });
    f.waitUntil = f.now + (e.wait ?? 0) * 1000;
    if (!f.known) f.locked = e.locked ?? false;
    return prove(f);
  },
  waitOver(f) { return f.session === "ready" ? prove(f) : []; },
  pinResult(f, e) {
    if (e.newDevice) return void Object.assign(f, { newDevice: true, wrong: false });
    f.newDevice = false;
    return e.ok ? letIn(f) : notRight(f, e, f.proof === "sent");
  },
  resumeResult(f, e) {
    if (e.ok) {
      f.admitted = e.admitted ?? false;
      if (f.admitted) f.parted = false;
      return [...letIn(f), ...(f.admitted && f.checked ? openDevices(f) : [])];
    }
    f.known = false;
    if (f.pin && !e.locked) return [...notRight(f, e, false), ...prove(Object.assign(f, { proof: "held" }))];
    f.peer = "none";
    return [...notRight(f, e, false), { do: "closePeer" }];
  },
  admit(f) {
    const news = !f.admitted;
    Object.assign(f, { admitted: true, parted: false });
    return [...(news ? [{ do: "ring" }] : []), ...(f.checked ? openDevices(f) : [])];
  },
  hold(f) { f.admitted = false; },
  doctorNote(f, e) { f.message = e.text; },
  bye(f, e) { return byes[e.reason]?.(f) ?? breakOff(f); },
  broke(f) { return breakOff(f); },
  mismatch(f, e) {
    const word = e.mine && f.session === "ready" ? [{ do: "say", message: { type: "bye", reason: "mismatch" } }] : [];
    return [...word, ...mismatch(f)];
  },

  // ---- the peer connection
  peer(f, e) {
    f.peer = e.state;
    if (f.peer === "confirmed") f.mismatches = 0;
    if (f.peer === "none") Object.assign(f, { doctorMicrophone: true, doctorCamera: true, network: { slow: "", picture: "" } });
  },
  stuck(f) { return f.line === "up" && !f.desktop || f.line === "off" ? [] : [{ do: "reconnect" }]; },
  relayTried(f, e) { f.relay = e.result === "none" ? "" : e.result; },
  network(f, e) { f.network = { slow: e.slow, picture: e.picture }; },
  doctorTracks(f, e) { Object.assign(f, { doctorMicrophone: e.microphone, doctorCamera: e.camera }); },

  // ---- camera and microphone
  askDevices: openDevices,
  devices(f, e) {
    Object.assign(f, { microphone: e.microphone, camera: e.camera, problem: e.problem });
    if (!e.microphone && !f.callSince) f.checked = false; // after a reload, say: nobody must wait without a voice unawares
    f.devices = e.problem && !f.checked ? "problem" : "on";
  },
  turnable(f, e) { f.canTurn = e.canTurn; },
  deviceLost(f, e) { Object.assign(f, { microphone: e.microphone, camera: e.camera }); },
  checked(f) {
    f.checked = true;
    if (f.devices === "problem") f.devices = "on";
    return [{ do: "keepPlace" }];
  },
  soundOnly(f) {
    Object.assign(f, { checked: true, cameraOn: false, devices: "on" });
    return [{ do: "keepPlace" }];
  },
  toggleMicrophone(f) { f.microphoneOn = !f.microphoneOn; return [{ do: "useDevices" }, { do: "keepPlace" }]; },
  toggleCamera(f) { f.cameraOn = !f.cameraOn; return [{ do: "useDevices" }, { do: "keepPlace" }]; },
  turnCamera() { return [{ do: "turnCamera" }]; },

  // ---- leaving and coming back
  leave(f) {
    const actions = f.session === "ready" ? [{ do: "say", message: { type: "bye", reason: "left" } }] : [];
    return [...actions, { do: "leave" }, ...stop(f, "left")];
  },
  comeBack(f) { return again(f); },
  takeOver(f) { return again(f); },
};

/** @type {Record<string, (f: Facts) => Action[]>} */
const byes = {
  finished: (f) => [...stop(f, "finished"), { do: "forget" }],
  openedElsewhere: (f) => stop(f, "openedElsewhere"),
  refused: (f) => stop(f, "refused"),
  mismatch: (f) => mismatch(f),
  left(f) {
    Object.assign(f, { parted: true, admitted: false, peer: "none", devices: "off" });
    return [{ do: "closePeer" }, { do: "closeDevices" }, ...breakOff(f)];
  },
};

/**
 * The patient has said that he wants in: from here on the page may speak to the doctor's program.
 * @param {Facts} f
 * @param {"none" | "held"} proof
 * @returns {Action[]}
 */
function press(f, proof) {
  if (proof === "held") f.proof = "held";
  if (f.pressed) return [];
  Object.assign(f, { pressed: true, line: "connecting" });
  return [{ do: "keepPlace" }, { do: "connect" }];
}

/** Who waits for a doctor that is not there may look at his camera meanwhile. @param {Facts} f @returns {Action[]} */
function goAhead(f) {
  if (f.proof !== "held" || f.ahead || f.proven || f.line !== "up" || f.desktop) return [];
  f.ahead = true;
  return f.checked || f.devices === "on" ? [] : openDevices(f);
}

/** @param {Facts} f @param {Event} e @returns {Action[]} */
function presence(f, e) {
  f.desktop = e.desktop;
  if (!f.desktop) f.absent ||= f.now;
  else f.absent = 0;
  const ended = endSession(f);
  if (!f.desktop) return [...ended, ...goAhead(f)];
  f.session = "begun";
  return [...ended, { do: "handshake" }];
}

/**
 * Sends what proves us, if there is something and the time has come.
 * @param {Facts} f
 * @returns {Action[]}
 */
function prove(f) {
  if (f.known) {
    f.proof = "sent";
    return [{ do: "resume" }];
  }
  if (!f.pin || f.locked) {
    Object.assign(f, { proof: "none", ahead: false, proven: false });
    return [];
  }
  if (f.now < f.waitUntil) return [{ do: "later", event: "waitOver", ms: f.waitUntil - f.now }];
  f.proof = "sent";
  return [{ do: "say", message: { type: "pin", pin: f.pin } }];
}

/** @param {Facts} f @returns {Action[]} */
function letIn(f) {
  const open = !f.checked && f.devices === "off" && !f.parted;
  Object.assign(f, { proof: "right", proven: true, known: true, pin: "", wrong: false, locked: false, newDevice: false });
  return [{ do: "proven" }, { do: "keepPlace" }, ...(open ? openDevices(f) : [])];
}

/** @param {Facts} f @param {Event} e @param {boolean} tried @returns {Action[]} */
function notRight(f, e, tried) {
  Object.assign(f, { proof: "none", proven: false, ahead: false, admitted: false, wrong: tried, triesLeft: e.triesLeft, locked: e.locked ?? false });
  f.waitUntil = f.now + (e.wait ?? 0) * 1000;
  if (tried) f.pin = "";
  return [];
}

/** @param {Facts} f @returns {Action[]} */
function openDevices(f) {
  if (f.devices === "asking" || f.devices === "on") return [];
  f.devices = "asking";
  f.problem = null;
  return [{ do: "openDevices" }];
}

/**
 * A session ends with its sockets; a peer connection that is not confirmed ends with it, a confirmed one goes on.
 * @param {Facts} f
 * @returns {Action[]}
 */
function endSession(f) {
  const had = f.session !== "none";
  f.session = "none";
  if (f.proof === "sent" || f.proof === "right") f.proof = "held";
  if (f.newDevice) f.newDevice = false;
  const actions = had ? [{ do: "wipe" }] : [];
  if (f.peer === "connecting") {
    f.peer = "none";
    actions.push({ do: "closePeer" });
  }
  return actions;
}

/** The session is over and a new one is wanted. @param {Facts} f @returns {Action[]} */
function breakOff(f) {
  const ended = endSession(f);
  if (f.line !== "up" || !f.desktop) return ended;
  f.session = "begun";
  return [...ended, { do: "handshake" }];
}

/** @param {Facts} f @returns {Action[]} */
function mismatch(f) {
  f.mismatches += 1;
  f.peer = "none";
  if (f.mismatches >= MISMATCHES) return [{ do: "closePeer" }, ...stop(f, "mismatch")];
  return [{ do: "closePeer" }, ...breakOff(f)];
}

/** @param {Facts} f @param {Event} e @returns {Action[]} */
function refused(f, e) {
  if (e.code === "tooEarly") {
    Object.assign(f, { notBefore: e.notBefore * 1000, skew: e.now * 1000 - e.at, pressed: false, proof: "none", line: "off" });
    return [{ do: "disconnect" }];
  }
  if (e.code === "pageTooOld" || e.code === "serverTooOld") return stop(f, "outdated");
  f.note ??= f.lastNote;
  return [...stop(f, "notValid"), { do: "forget" }];
}

/** Everything that runs is ended; the words of the screen say what can be done. @param {Facts} f @param {Stop} why @returns {Action[]} */
function stop(f, why) {
  Object.assign(f, { stop: why, session: "none", line: "off", pressed: false, admitted: false, peer: "none", devices: "off", pin: "" });
  return [{ do: "losePlace" }, { do: "wipe" }, { do: "closePeer" }, { do: "closeDevices" }, { do: "disconnect" }];
}

/** Back in, from a stop that allows it. @param {Facts} f @returns {Action[]} */
function again(f) {
  Object.assign(f, { stop: null, parted: false, mismatches: 0, proof: "none" });
  if (!f.proven) f.ahead = false;
  return [...press(f, f.known ? "held" : "none"), ...(f.checked ? openDevices(f) : [])];
}
