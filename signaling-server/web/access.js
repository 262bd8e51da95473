// The patient's side of docs/ACCESS.md ("legekonsultasjon/1"): keys, sealed note, handshake, sealed frames, resuming and
// confirmation, on WebCrypto alone. core/access is the doctor's side; both are tested against one file of vectors.

import { AccessError, decodeMessage, encodeMessage, mayCome, pad, readObject, unpad } from "./access-messages.js";

export { AccessError, fromBase64url, toBase64url } from "./access-messages.js";
export { findLink, findSecret, parseFragment, parseTypedCode } from "./access-link.js";
export { gateSDP } from "./access-sdp.js";

/**
 * @typedef {import("./access-messages.js").Bytes} Bytes
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
const FRAME_HEADER = 1 + 8 + 8;
const MIN_FRAME = FRAME_HEADER + 256 + 16;
const MAX_FRAME = FRAME_HEADER + (48 << 10) + 16;
const NOTE_BLOCK = 512;
const MAX_NOTE = 8 << 10;

/** @param {string} text */
const utf8 = (text) => new TextEncoder().encode(text);

/**
 * @param {...(Uint8Array | number)} parts bytes, or one byte
 * @returns {Bytes}
 */
function join(...parts) {
  return new Uint8Array(parts.flatMap((part) => (typeof part === "number" ? [part] : Array.from(part))));
}

/** @param {Bytes} data */
async function sha256(data) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** @param {string} hex 64 digits */
function fingerprintBytes(hex) {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new AccessError("sdp", "fingerprint is not 64 lower-case hex digits");
  return Uint8Array.from({ length: 32 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/**
 * SHA-256 of a text's UTF-8, as messages carry it: the offerHash of an answer.
 * @param {string} text
 */
export async function textHash(text) {
  return toHex(await sha256(utf8(text)));
}

/**
 * Compares without telling where the difference is.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
function sameBytes(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
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
 * One side of the sealed channel that a handshake made. It counts the frames of both directions, keeps calls in the order
 * in which they were made, and refuses what is not allowed at that point.
 */
export class Session {
  #role;
  #th;
  /** @type {{out: CryptoKey, in: CryptoKey, confirm: Record<Role, CryptoKey>} | null} */
  #keys;
  #sent = 0n;
  #received = 0n;
  #readied = false;
  #granted = false;
  /** @type {AccessError | null} */
  #broken = null;
  /** @type {Promise<unknown>} */
  #tail = Promise.resolve();

  /**
   * @param {Role} role
   * @param {number} epoch
   * @param {Bytes} th
   * @param {{out: CryptoKey, in: CryptoKey, confirm: Record<Role, CryptoKey>}} keys
   */
  constructor(role, epoch, th, keys) {
    this.#role = role;
    this.epoch = epoch;
    this.#th = th;
    this.#keys = keys;
  }

  /**
   * @param {Role} role
   * @param {number} epoch
   * @param {Bytes} th
   * @param {Bytes} raw kPD(32) kDP(32) cP(32) cD(32) sas(8); overwritten
   */
  static async begin(role, epoch, th, raw) {
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const [pd, dp, P, D] = await Promise.all([
      crypto.subtle.importKey("raw", raw.slice(0, 32), "AES-GCM", false, ["encrypt", "decrypt"]),
      crypto.subtle.importKey("raw", raw.slice(32, 64), "AES-GCM", false, ["encrypt", "decrypt"]),
      crypto.subtle.importKey("raw", raw.slice(64, 96), hmac, false, ["sign"]),
      crypto.subtle.importKey("raw", raw.slice(96, 128), hmac, false, ["sign"]),
    ]);
    raw.fill(0);
    const confirm = { P, D };
    return new Session(role, epoch, th, role === "P" ? { out: pd, in: dp, confirm } : { out: dp, in: pd, confirm });
  }

  /** The transcript hash, which names the session. */
  get th() {
    return this.#th.slice();
  }

  /** A PIN or resume was right, and no question to the doctor is open. */
  get granted() {
    return this.#granted;
  }

  /** Nothing more can be opened: the session broke or was wiped. */
  get over() {
    return this.#keys === null || this.#broken !== null;
  }

  /** Forgets the keys. A second call does nothing; everything after it fails with "over". */
  wipe() {
    this.#keys = null;
  }

  /**
   * Reports whether a frame carries this session's prefix. It proves nothing.
   * @param {Uint8Array} wire
   */
  names(wire) {
    return wire.length >= FRAME_HEADER && wire[0] === VERSION && sameBytes(wire.subarray(1, 9), this.#th.subarray(0, 8));
  }

  /**
   * The next frame with this message. "order" says that this side may not say it now, and changes nothing. After a broken
   * frame only a bye can be sealed, as a last word before wipe.
   * @param {Message} message
   * @returns {Promise<Bytes>}
   */
  seal(message) {
    return this.#inTurn(async () => {
      if (this.#broken && message.type !== "bye") throw new AccessError("over", "session is over");
      this.#order(message, this.#role, "order");
      const wire = await this.#sealText(encodeMessage(message));
      this.#advance(message);
      return wire;
    });
  }

  /**
   * The message of a frame from the other side. "otherSession": drop the frame, nothing has happened. "broken" (a gap, a
   * repeat, a wrong tag) and "refused" (it opened, but may not be said): the session is over; say bye if you like, wipe
   * it, and handshake anew as far as Breaks allows.
   * @param {Uint8Array} wire
   * @returns {Promise<Message>}
   */
  open(wire) {
    const copy = new Uint8Array(wire);
    return this.#inTurn(async () => {
      const text = await this.#openText(copy);
      return this.#ending(() => {
        const message = decodeMessage(text);
        this.#order(message, this.#role === "P" ? "D" : "P", "refused");
        this.#advance(message);
        return message;
      });
    });
  }

  /**
   * Seals text as the next frame, whatever it says: the layer below seal.
   * @param {string} text
   */
  sealJSON(text) {
    return this.#inTurn(() => this.#sealText(text));
  }

  /**
   * Opens the next frame and returns its JSON, checked as text but not for what it says: the layer below open.
   * @param {Uint8Array} wire
   */
  openJSON(wire) {
    const copy = new Uint8Array(wire);
    return this.#inTurn(() => this.#openText(copy));
  }

  /**
   * What role must send as its first message on data channel 0. Fingerprints are 64 lower-case hex digits.
   * @param {Role} role
   * @param {string} offer
   * @param {string} answer
   * @param {string} fingerprintP
   * @param {string} fingerprintD
   * @returns {Promise<Bytes>} 32 bytes
   */
  async confirmation(role, offer, answer, fingerprintP, fingerprintD) {
    if (!this.#keys) throw new AccessError("over", "session is over");
    const key = this.#keys.confirm[role];
    const hashes = [await sha256(utf8(offer)), await sha256(utf8(answer))];
    const prints = [fingerprintBytes(fingerprintP), fingerprintBytes(fingerprintD)];
    const text = join(utf8("legekonsultasjon/1 confirm"), this.#th, ...hashes, ...prints);
    return new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  #inTurn(work) {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /**
   * Runs a check whose failure ends the session.
   * @template T
   * @param {() => T} check
   */
  #ending(check) {
    try {
      return check();
    } catch (error) {
      this.#broken = error instanceof AccessError ? error : new AccessError("refused", "not understood");
      throw this.#broken;
    }
  }

  /** @param {string} text */
  async #sealText(text) {
    if (!this.#keys) throw new AccessError("over", "session is over");
    const plain = pad(text);
    const key = this.#keys.out;
    const seq = this.#sent++;
    const sealed = await crypto.subtle.encrypt(this.#algorithm(this.#role, seq), key, plain);
    return join(VERSION, this.#th.subarray(0, 8), seqBytes(seq), new Uint8Array(sealed));
  }

  /** @param {Bytes} wire */
  async #openText(wire) {
    if (!this.#keys) throw new AccessError("over", "session is over");
    if (!this.names(wire)) throw new AccessError("otherSession", "frame of another session");
    if (this.#broken) throw this.#broken;
    const plain = await this.#decrypt(wire, this.#keys.in);
    this.#received++;
    return this.#ending(() => {
      const text = unpad(plain);
      readObject(text);
      return text;
    });
  }

  /**
   * @param {Bytes} wire
   * @param {CryptoKey} key
   */
  async #decrypt(wire, key) {
    try {
      if (wire.length < MIN_FRAME || wire.length > MAX_FRAME) throw new AccessError("broken", "length");
      if (new DataView(wire.buffer).getBigUint64(9) !== this.#received) throw new AccessError("broken", "gap or repeat");
      const algorithm = this.#algorithm(this.#role === "P" ? "D" : "P", this.#received);
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, wire.subarray(FRAME_HEADER)));
    } catch (error) {
      this.#broken = error instanceof AccessError ? error : new AccessError("broken", "tag");
      throw this.#broken;
    }
  }

  /**
   * @param {Role} sender
   * @param {bigint} seq
   */
  #algorithm(sender, seq) {
    const additionalData = join(utf8("legekonsultasjon/1 frame"), this.#th, utf8(sender), seqBytes(seq));
    return { name: "AES-GCM", iv: join(0, 0, 0, 0, seqBytes(seq)), additionalData };
  }

  /**
   * Whether sender may say this now.
   * @param {Message} message
   * @param {Role} sender
   * @param {"order" | "refused"} code
   */
  #order(message, sender, code) {
    let ok = this.#granted;
    if (message.type === "ready") ok = true;
    else if (message.type === "bye") ok = this.#readied || sender === "P"; // frame 0 of the doctor is ready
    else if (/^(pin|resume)(Result)?$/.test(message.type)) ok = this.#readied;
    if (!ok || !mayCome(message.type, sender)) throw new AccessError(code, `${message.type} from ${sender} not now`);
  }

  /** @param {Message} message */
  #advance(message) {
    if (message.type === "ready") this.#readied = true;
    if (message.type === "pinResult" && message.ok && !message.newDevice) this.#granted = true;
    if (message.type === "resumeResult" && message.ok) this.#granted = true;
  }
}

/** @param {bigint} seq */
function seqBytes(seq) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, seq);
  return bytes;
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
