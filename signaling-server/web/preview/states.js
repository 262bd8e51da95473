// Every screen of the page as facts, for looking at. Names are made up.

import { begin } from "../journey.js";

export const NOW = Date.parse("2026-12-01T09:24:00Z");
const AT = { at: Date.parse("2026-12-01T09:30:00Z"), wall: Date.parse("2026-12-01T10:30:00Z"), offset: 60 };
const NOTE = { clinic: "Legesenteret Sentrum", doctor: "Kari Nordmann", phone: "22000000", lang: "nb", info: "" };

/** @param {Partial<import("../journey.js").Facts>} facts */
const at = (facts) => ({ ...begin(), now: NOW, secret: /** @type {const} */ ("held"), note: NOTE, time: AT, ...facts });
/** @param {Partial<import("../journey.js").Facts>} facts */
const inside = (facts) => at({ pressed: true, line: "up", desktop: true, session: "ready", proof: "right", proven: true, known: true, devices: "on", microphone: true, camera: true, checked: true, ...facts });
/** @param {Partial<import("../journey.js").Facts>} facts */
const talking = (facts) => inside({ admitted: true, peer: "confirmed", callSince: NOW - 724_000, ...facts });

/** @type {Record<string, import("../journey.js").Facts>} */
export const STATES = {
  opening: at({ note: null }),
  unreachable: at({ note: null, unreachable: true }),
  inApp: at({ inApp: true }),
  start: at({ secret: "missing", note: null }),
  startInstall: at({ secret: "missing", note: null, install: "ask" }),
  code: at({ secret: "broken", note: null }),
  codeWrong: at({ secret: "broken", note: null, codeWrong: true }),
  early: at({ notBefore: NOW + 23 * 60_000 }),
  greeting: at({}),
  greetingInfo: at({ note: { ...NOTE, clinic: "Nordre Gudbrandsdal legevakt og fastlegekontor", doctor: "Aleksander-Johannes Kristoffersen Brattebø", info: "Ha førerkort eller annen legitimasjon klar. Sett deg et sted der du kan snakke uforstyrret." } }),
  greetingKnown: at({ known: true }),
  greetingInstall: at({ install: "ask" }),
  greetingSteps: at({ install: "steps" }),
  greetingInstalled: at({ install: "done" }),
  wrong: at({ pressed: true, line: "up", desktop: true, session: "ready", wrong: true, triesLeft: 3, waitUntil: NOW + 5000 }),
  wrongLast: at({ pressed: true, line: "up", desktop: true, session: "ready", wrong: true, triesLeft: 1 }),
  checking: at({ pressed: true, line: "up", desktop: true, session: "ready", proof: "sent", pin: "482913" }),
  locked: inside({ proven: false, locked: true }),
  otherDevice: inside({ proven: false, newDevice: true }),
  devicesAsking: inside({ checked: false, devices: "asking", camera: false, microphone: false }),
  devices: inside({ checked: false }),
  devicesAdmitted: inside({ checked: false, admitted: true }),
  devicesEarly: inside({ checked: false, proven: false, ahead: true, desktop: false, proof: "held", absent: NOW }),
  helpDenied: inside({ checked: false, devices: "problem", problem: "denied", camera: false, microphone: false }),
  helpNoCamera: inside({ checked: false, devices: "problem", problem: "noCamera", camera: false }),
  helpNoMicrophone: inside({ checked: false, devices: "problem", problem: "noMicrophone", microphone: false }),
  helpNone: inside({ checked: false, devices: "problem", problem: "none", camera: false, microphone: false }),
  waiting: inside({}),
  waitingMessage: inside({ message: "Jeg er 10 minutter forsinket. Beklager ventetiden.", canTurn: true }),
  waitingOff: inside({ microphoneOn: false, cameraOn: false }),
  waitingAbsent: inside({ desktop: false, absent: NOW - 1000, proven: false, ahead: true, proof: "held" }),
  waitingLong: inside({ now: NOW + 30 * 60_000, desktop: false, absent: NOW + 20 * 60_000, proof: "held" }),
  noDoctor: inside({ now: NOW + 60 * 60_000, desktop: false, absent: NOW, proof: "held" }),
  connecting: talking({ peer: "connecting", callSince: 0 }),
  call: talking({}),
  callMuted: talking({ microphoneOn: false, cameraOn: false, doctorMicrophone: false, doctorCamera: false, canTurn: true }),
  callLost: talking({ peer: "interrupted", canTurn: true }),
  callDoctorMuted: talking({ doctorMicrophone: false, canTurn: true }),
  parted: inside({ parted: true, devices: "off" }),
  left: at({ stop: "left" }),
  finished: at({ stop: "finished" }),
  openedElsewhere: at({ stop: "openedElsewhere" }),
  notValid: at({ stop: "notValid" }),
  notValidUnknown: at({ stop: "notValid", note: null }),
  refused: at({ stop: "refused" }),
  mismatch: at({ stop: "mismatch" }),
  outdated: at({ stop: "outdated" }),
  unsupported: at({ stop: "unsupported" }),
};
