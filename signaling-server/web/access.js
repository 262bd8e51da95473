// The patient's side of docs/ACCESS.md ("legekonsultasjon/1"): keys, sealed note, handshake, sealed frames, resuming and
// confirmation, on WebCrypto alone. core/access is the doctor's side; both are tested against one file of vectors.

import { join, sameBytes, sha256, toHex, utf8 } from "./access-bytes.js";
import { AccessError, readObject } from "./access-messages.js";
import { Session } from "./access-session.js";

export { fromBase64url, toBase64url, toHex } from "./access-bytes.js";
export { AccessError } from "./access-messages.js";
export { findLink, findSecret, parseFragment, parseTypedCode } from "./access-link.js";
export { gateSDP } from "./access-sdp.js";
export { Session } from "./access-session.js";

/**
 * @typedef {import("./access-bytes.js").Bytes} Bytes
 * @typedef {import("./access-messages.js").Role} Role
 * @typedef {import("./access-messages.js").Message} Message
 *
 * @typedef {{invitationID: Bytes, admission: Bytes, psk: Bytes, noteKey: Bytes}} Keys
 * @typedef {{clinic: string, doctor: string, phone: string, at: string, lang: string, info: string}} Note
 * @typedef {{publicKey: CryptoKey, privateKey: CryptoKey}} KeyPair
 * @typedef {{pair: KeyPair, nonce: Bytes}} Ephemeral
 */

const VERSION = 1;
const M1_LENGTH = 1 + 16 + 1 + 65 + 16;
const M2_LENGTH = M1_LENGTH + 4;
const NOTE_BLOCK = 512;
const MAX_NOTE = 8 << 10;

/**
 * SHA-256 of a text's UTF-8, as messages carry it: the offerHash of an answer.
 * @param {string} text
 */
export async function textHash(text) {
  return toHex(await sha256(utf8(text)));
}

/**
 * HKDF-SHA256, both steps.
 * @param {Bytes} salt
 * @param {Bytes} secret
 * @param {Bytes} info
 * @param {number} length in bytes
 */
async function hkdf(salt, secret, info, length) {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, 8 * length));
}

/**
 * The keys of a link's secret. admission goes into a message to the server, never into a URL.
 * @param {Bytes} secret 16 bytes
 * @returns {Promise<Keys>}
 */
export async function derive(secret) {
  const salt = utf8("legekonsultasjon/1");
  const [invitationID, admission, psk, noteKey] = await Promise.all([
    hkdf(salt, secret, utf8("invitation id"), 16),
    hkdf(salt, secret, utf8("admission"), 32),
    hkdf(salt, secret, utf8("psk"), 32),
    hkdf(salt, secret, utf8("sealed note"), 32),
  ]);
  return { invitationID, admission, psk, noteKey };
}

/**
 * Opens the sealed note that the server keeps: nonce(12), ciphertext, tag.
 * @param {Keys} keys
 * @param {Uint8Array} stored
 * @returns {Promise<Note>}
 */
export async function openNote(keys, stored) {
  const sealed = new Uint8Array(stored);
  if (sealed.length > MAX_NOTE || sealed.length <= 28 || (sealed.length - 28) % NOTE_BLOCK !== 0) {
    throw new AccessError("note", "length");
  }
  const additionalData = join(utf8("legekonsultasjon/1 note"), keys.invitationID, VERSION);
  const key = await crypto.subtle.importKey("raw", keys.noteKey, "AES-GCM", false, ["decrypt"]);
  try {
    const algorithm = { name: "AES-GCM", iv: sealed.subarray(0, 12), additionalData };
    const plain = await crypto.subtle.decrypt(algorithm, key, sealed.subarray(12));
    return readNote(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain));
  } catch {
    throw new AccessError("note", "does not open");
  }
}

/**
 * @param {string} text
 * @returns {Note}
 */
function readNote(text) {
  const { v, clinic, doctor, phone = "", at, lang, info = "" } = readObject(text);
  if (
    v !== 1 || typeof clinic !== "string" || typeof doctor !== "string" || typeof phone !== "string" ||
    typeof at !== "string" || typeof lang !== "string" || typeof info !== "string"
  ) {
    throw new AccessError("note", "content not understood");
  }
  return { clinic, doctor, phone, at, lang, info };
}

/** One handshake of the patient. Each join needs a new one. */
export class Handshake {
  #keys;
  #lastEpoch;
  #ephemeral;
  #used = false;

  /**
   * @param {Keys} keys
   * @param {number} [lastEpoch] the greatest epoch seen since the page was loaded
   * @param {Ephemeral | Promise<Ephemeral>} [ephemeral] drawn afresh when left out, as it must be outside a test vector
   */
  constructor(keys, lastEpoch = 0, ephemeral = newEphemeral()) {
    this.#keys = keys;
    this.#lastEpoch = lastEpoch;
    this.#ephemeral = Promise.resolve(ephemeral);
  }

  /**
   * The message to the desktop, the same at every call.
   * @returns {Promise<Bytes>}
   */
  async m1() {
    const { pair, nonce } = await this.#ephemeral;
    const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    return join(VERSION, this.#keys.invitationID, utf8("P"), point, nonce);
  }

  /**
   * Takes the answer. A refused one changes nothing: the next may be right.
   * @param {Uint8Array} answer m2
   * @returns {Promise<Session>}
   */
  async receive(answer) {
    const m2 = new Uint8Array(answer);
    const { point, epoch } = readM2(m2, this.#keys.invitationID);
    if (epoch <= this.#lastEpoch) throw new AccessError("handshake", "epoch not greater than the last");
    const key = await importPoint(point);
    const { pair } = await this.#ephemeral;
    const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: key }, pair.privateKey, 256));
    const th = await sha256(join(utf8("legekonsultasjon/1 transcript"), await this.m1(), m2));
    const raw = await hkdf(this.#keys.psk, shared, join(utf8("session"), th), 136);
    shared.fill(0);
    if (this.#used) throw new AccessError("handshake", "already answered");
    this.#used = true;
    return Session.begin("P", epoch, th, raw);
  }
}

/** @returns {Promise<Ephemeral>} */
async function newEphemeral() {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  return { pair, nonce: crypto.getRandomValues(new Uint8Array(16)) };
}

/**
 * @param {Bytes} m2
 * @param {Bytes} invitationID
 */
function readM2(m2, invitationID) {
  if (m2.length !== M2_LENGTH) throw new AccessError("handshake", `${m2.length} bytes`);
  if (m2[0] !== VERSION) throw new AccessError("handshake", "version");
  if (!sameBytes(m2.subarray(1, 17), invitationID)) throw new AccessError("handshake", "another invitation");
  if (m2[17] !== 0x44) throw new AccessError("handshake", "role is not D");
  if (m2[18] !== 0x04) throw new AccessError("handshake", "point not uncompressed");
  return { point: m2.subarray(18, 83), epoch: new DataView(m2.buffer).getUint32(M1_LENGTH) };
}

/** @param {Bytes} point */
async function importPoint(point) {
  try {
    return await crypto.subtle.importKey("raw", point, { name: "ECDH", namedCurve: "P-256" }, false, []);
  } catch {
    throw new AccessError("handshake", "point not on the curve");
  }
}

/**
 * As Session.confirmation.
 * @param {Session} session
 * @param {Role} role
 * @param {string} offer
 * @param {string} answer
 * @param {string} fingerprintP
 * @param {string} fingerprintD
 */
export function confirmation(session, role, offer, answer, fingerprintP, fingerprintD) {
  return session.confirmation(role, offer, answer, fingerprintP, fingerprintD);
}

/**
 * Compares in constant time what came over the data channel with what had to come.
 * @param {unknown} got an ArrayBuffer or bytes; anything else is wrong
 * @param {Bytes} want
 */
export function verifyConfirmation(got, want) {
  if (got instanceof ArrayBuffer) return sameBytes(new Uint8Array(got), want);
  return got instanceof Uint8Array && sameBytes(got, want);
}

/**
 * The key that lets this browser come back without PIN. Its private half cannot be exported; store the pair in IndexedDB.
 * @returns {Promise<KeyPair>}
 */
export function makeDeviceKey() {
  return crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
}

/**
 * The device's public point, 65 bytes, for the pin message.
 * @param {KeyPair} pair
 * @returns {Promise<Bytes>}
 */
export async function devicePoint(pair) {
  return new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
}

/**
 * r||s over the session's transcript hash, 64 bytes, for the resume message.
 * @param {CryptoKey} privateKey
 * @param {Bytes} th
 * @returns {Promise<Bytes>}
 */
export async function resumeSignature(privateKey, th) {
  const text = join(utf8("legekonsultasjon/1 resume"), th);
  return new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, text));
}

/** How often a broken session may be begun anew: twice in 60 s. */
export class Breaks {
  /** @type {number[]} */
  #times = [];

  /**
   * Notes a break and reports whether a new handshake may follow; false is a Mismatch.
   * @param {number} now milliseconds
   */
  record(now) {
    this.#times = [...this.#times.filter((time) => now - time < 60_000), now];
    if (this.#times.length <= 2) return true;
    this.#times = [];
    return false;
  }
}
