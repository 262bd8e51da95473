// The messages inside sealed frames: what they may hold, who may send them, and the plaintext that carries them
// (docs/ACCESS.md, Frames). Pure: no keys, no network.

import { fromBase64url } from "./access-bytes.js";

/**
 * @typedef {import("./access-bytes.js").Bytes} Bytes
 * @typedef {"P" | "D"} Role the patient, the doctor
 *
 * @typedef {{type: "ready", triesLeft: number, time: string, wait?: number, locked?: boolean}} Ready
 * @typedef {{type: "pin", pin: string, device?: string, peer?: number}} Pin device: base64url of the resume key's point;
 *   peer: the number of the confirmed peer connection that the page still has
 * @typedef {{type: "pinResult", ok: boolean, triesLeft: number, wait?: number, locked?: boolean, newDevice?: boolean}} PinResult
 * @typedef {{type: "resume", signature: string, peer?: number, lost?: boolean}} Resume signature: base64url of r||s; peer as in
 *   Pin; lost: nothing comes over it any more
 * @typedef {{type: "resumeResult", ok: boolean, admitted?: boolean, triesLeft: number, wait?: number, locked?: boolean}} ResumeResult
 * @typedef {{type: "offer", neg: number, peer: number, sdp: string}} Offer
 * @typedef {{type: "answer", neg: number, sdp: string, offerHash: string}} Answer
 * @typedef {{type: "candidate", neg: number, candidate: string, sdpMid?: string | null, sdpMLineIndex?: number | null}} Candidate
 * @typedef {{type: "admit"}} Admit
 * @typedef {{type: "hold"}} Hold
 * @typedef {{type: "note", text: string}} NoteLine
 * @typedef {{type: "bye", reason: string}} Bye
 * @typedef {Ready | Pin | PinResult | Resume | ResumeResult | Offer | Answer | Candidate | Admit | Hold | NoteLine | Bye} Message
 *
 * @typedef {"note" | "handshake" | "otherSession" | "broken" | "refused" | "order" | "over" | "tooLarge" | "sdp"} AccessCode
 */

/** What went wrong, by a stable code; the text is for logs and never holds a secret. */
export class AccessError extends Error {
  /**
   * @param {AccessCode} code
   * @param {string} what
   */
  constructor(code, what) {
    super(what);
    this.name = "AccessError";
    this.code = code;
  }
}

/** The members of each type, a question mark behind those that may be missing, and the roles that may send it. */
const TYPES = /** @type {const} */ ({
  ready: ["D", { triesLeft: "count", time: "string", wait: "count?", locked: "boolean?" }],
  pin: ["P", { pin: "string", device: "bytes?", peer: "count?" }],
  pinResult: ["D", { ok: "boolean", triesLeft: "count", wait: "count?", locked: "boolean?", newDevice: "boolean?" }],
  resume: ["P", { signature: "bytes", peer: "count?", lost: "boolean?" }],
  resumeResult: ["D", { ok: "boolean", admitted: "boolean?", triesLeft: "count", wait: "count?", locked: "boolean?" }],
  offer: ["D", { neg: "count", peer: "count", sdp: "string" }],
  answer: ["P", { neg: "count", sdp: "string", offerHash: "string" }],
  candidate: ["PD", { neg: "count", candidate: "string", sdpMid: "string?", sdpMLineIndex: "line?" }],
  admit: ["D", {}],
  hold: ["D", {}],
  note: ["D", { text: "string" }],
  bye: ["PD", { reason: "string" }],
});

/** @type {Record<string, (value: unknown) => boolean>} */
const KINDS = {
  string: (v) => typeof v === "string",
  boolean: (v) => typeof v === "boolean",
  count: (v) => typeof v === "number" && Number.isInteger(v) && v >= 0 && v <= 0x7fffffff,
  line: (v) => typeof v === "number" && Number.isInteger(v) && v >= 0 && v <= 0xffff,
  bytes: (v) => typeof v === "string" && fromBase64url(v) !== null,
};

const PLAIN_BLOCK = 256;
const MAX_PLAINTEXT = 48 << 10;
const MAX_DEPTH = 16;
const MAX_MEMBERS = 64;

/**
 * Reports whether role may send a message of this type at all.
 * @param {Message["type"]} type
 * @param {Role} role
 */
export function mayCome(type, role) {
  return TYPES[type][0].includes(role);
}

/**
 * Reads one message. Unknown members are left out; an unknown type and a missing or ill-typed member are refused.
 * @param {string} text
 * @returns {Message}
 */
export function decodeMessage(text) {
  const members = readObject(text);
  const type = members["type"];
  if (typeof type !== "string" || !Object.hasOwn(TYPES, type)) throw new AccessError("refused", "unknown type");
  /** @type {Record<string, unknown>} */
  const message = { type };
  for (const [name, kind] of Object.entries(TYPES[/** @type {Message["type"]} */ (type)][1])) {
    const value = Object.hasOwn(members, name) ? members[name] : null;
    if (value === null) {
      if (!kind.endsWith("?")) throw new AccessError("refused", `${type} without ${name}`);
    } else if (KINDS[kind.replace("?", "")]?.(value)) {
      message[name] = value;
    } else {
      throw new AccessError("refused", `${name} of ${type} is of the wrong kind`);
    }
  }
  return /** @type {Message} */ (message);
}

/**
 * Writes a message, its type first.
 * @param {Message} message
 */
export function encodeMessage(message) {
  const { type, ...rest } = message;
  return JSON.stringify({ type, ...rest });
}

/**
 * Reads JSON that must be one object in which no object holds a key twice, also not in another case.
 * @param {string} text
 * @returns {Record<string, unknown>}
 */
export function readObject(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AccessError("refused", "not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new AccessError("refused", "not an object");
  checkKeys(text);
  return value;
}

/**
 * Walks valid JSON with one set of folded keys for each object that is open.
 * @param {string} text
 */
function checkKeys(text) {
  /** @type {{keys: Set<string> | null, key: boolean}[]} */
  const open = [];
  for (let at = 0; at < text.length; at++) {
    const c = text.charAt(at);
    const top = open[open.length - 1];
    if (c === '"') {
      const end = stringEnd(text, at);
      if (top?.keys && top.key) addKey(top.keys, text.slice(at, end));
      if (top) top.key = false;
      at = end - 1;
    } else if (c === "{" || c === "[") {
      if (open.length === MAX_DEPTH) throw new AccessError("refused", "nested too deep");
      open.push({ keys: c === "{" ? new Set() : null, key: c === "{" });
    } else if (c === "}" || c === "]") {
      open.pop();
    } else if (c === "," && top) {
      top.key = top.keys !== null;
    }
  }
}

/**
 * @param {Set<string>} keys
 * @param {string} literal
 */
function addKey(keys, literal) {
  const key = foldKey(JSON.parse(literal));
  if (keys.has(key)) throw new AccessError("refused", "key twice");
  if (keys.size === MAX_MEMBERS) throw new AccessError("refused", "too many members");
  keys.add(key);
}

/**
 * The index behind the string literal that begins at a quotation mark.
 * @param {string} text
 * @param {number} at
 */
function stringEnd(text, at) {
  for (at++; text.charAt(at) !== '"'; at++) if (text.charAt(at) === "\\") at++;
  return at + 1;
}

/**
 * Makes keys equal that differ in case only, letter by letter: upper case, then lower case.
 * @param {string} key
 */
function foldKey(key) {
  return Array.from(key, (c) => one(one(c, c.toUpperCase()), one(c, c.toUpperCase()).toLowerCase())).join("");
}

/**
 * Some letters become two in another case; those stay as they are.
 * @param {string} c
 * @param {string} other
 */
function one(c, other) {
  return Array.from(other).length === 1 ? other : c;
}

/**
 * length(4) || text || zeros, filled to the next multiple of 256.
 * @param {string} text
 * @returns {Bytes}
 */
export function pad(text) {
  const raw = new TextEncoder().encode(text);
  if (padded(raw.length) > MAX_PLAINTEXT) throw new AccessError("tooLarge", `${raw.length} bytes`);
  const plain = new Uint8Array(padded(raw.length));
  new DataView(plain.buffer).setUint32(0, raw.length);
  plain.set(raw, 4);
  return plain;
}

/**
 * The inverse of pad; refuses everything that pad does not make.
 * @param {Bytes} plain
 */
export function unpad(plain) {
  if (plain.length === 0 || plain.length > MAX_PLAINTEXT || plain.length % PLAIN_BLOCK !== 0) {
    throw new AccessError("refused", "plaintext length");
  }
  const length = new DataView(plain.buffer, plain.byteOffset).getUint32(0);
  if (padded(length) !== plain.length) throw new AccessError("refused", "padding not minimal");
  if (plain.subarray(4 + length).some((b) => b !== 0)) throw new AccessError("refused", "padding not zero");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain.subarray(4, 4 + length));
  } catch {
    throw new AccessError("refused", "not UTF-8");
  }
}

/** @param {number} length of the JSON in bytes */
function padded(length) {
  return Math.ceil((4 + length) / PLAIN_BLOCK) * PLAIN_BLOCK;
}
