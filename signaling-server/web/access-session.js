// A session: the sealed frames of both directions and the confirmation (docs/ACCESS.md, Frames).

import { join, sameBytes, sha256, utf8 } from "./access-bytes.js";
import { AccessError, decodeMessage, encodeMessage, mayCome, pad, readObject, unpad } from "./access-messages.js";

/**
 * @typedef {import("./access-bytes.js").Bytes} Bytes
 * @typedef {import("./access-messages.js").Role} Role
 * @typedef {import("./access-messages.js").Message} Message
 */

const VERSION = 1;
const FRAME_HEADER = 1 + 8 + 8;
const MIN_FRAME = FRAME_HEADER + 256 + 16;
const MAX_FRAME = FRAME_HEADER + (48 << 10) + 16;

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

/** @param {string} hex 64 digits */
function fingerprintBytes(hex) {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new AccessError("sdp", "fingerprint is not 64 lower-case hex digits");
  return Uint8Array.from({ length: 32 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
