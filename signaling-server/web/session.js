// The sealed conversation with the doctor's program: handshakes, frames in order, and what to do when one breaks
// (docs/ACCESS.md, Handshake and Frames). It judges no PIN and moves no screen; it posts what came out of the frames.

import { AccessError, Breaks, Handshake } from "./access.js";

/**
 * @typedef {import("./access.js").Session} Session
 * @typedef {import("./access.js").Keys} Keys
 * @typedef {import("./access.js").Message} Message
 *
 * @typedef {object} Events
 * @property {(bytes: Uint8Array) => void} relay bytes for the doctor's program
 * @property {(message: Message, session: Session) => void} message an opened message that the doctor may send now
 * @property {() => void} broke the session is over and another is wanted
 * @property {() => void} mismatch it broke too often
 */

/** An m2 is as long as this and no frame is. */
const M2 = 103;
/** Milliseconds to wait for `ready` after an m1 before the next m1: the desktop drops one that comes within a second of
 * another, as after a quick reload. The last repeats. */
const PATIENCE = [1500, 3000, 6000, 10_000];
/** Least milliseconds between two m1. */
const PACE = 1100;

/** One patient's side. Frames are opened and sealed in the order in which they came. */
export class Conversation {
  /**
   * @param {Keys} keys
   * @param {Events} events
   */
  constructor(keys, events) {
    this.keys = keys;
    this.events = events;
    this.breaks = new Breaks();
    /** @type {Handshake | null} */
    this.handshake = null;
    /** @type {Session | null} */
    this.session = null;
    this.readied = false;
    this.round = 0; // counts what was begun or wiped: work of an older round comes to nothing
    this.tries = 0;
    this.asked = -Infinity;
    this.epoch = 0;
    this.timer = 0;
    /** @type {Promise<void>} */
    this.incoming = Promise.resolve();
    /** @type {Promise<void>} */
    this.outgoing = Promise.resolve();
  }

  /** Forgets the session, if there is one, and asks for a new one until it is ready. */
  begin() {
    this.wipe();
    this.tries = 0;
    this.#ask(this.round);
  }

  /** Forgets the keys of the session; what was sent before is still sealed with them. */
  wipe() {
    this.round += 1;
    clearTimeout(this.timer);
    const session = this.session;
    this.handshake = this.session = null;
    this.readied = false;
    if (session) this.outgoing = this.outgoing.then(() => session.wipe());
  }

  /** @param {number} round */
  #ask(round) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#knock(round), Math.max(0, this.asked + PACE - performance.now()));
  }

  /** @param {number} round */
  async #knock(round) {
    const handshake = new Handshake(this.keys, this.epoch);
    const m1 = await handshake.m1();
    if (round !== this.round) return;
    this.session?.wipe();
    this.session = null;
    this.handshake = handshake;
    this.asked = performance.now();
    this.events.relay(m1);
    const patience = PATIENCE[Math.min(this.tries++, PATIENCE.length - 1)];
    this.timer = setTimeout(() => this.#ask(round), patience);
  }

  /**
   * Bytes from the doctor's program.
   * @param {Uint8Array} bytes
   */
  receive(bytes) {
    const round = this.round;
    this.incoming = this.incoming.then(() => (round === this.round ? this.#take(bytes, round) : undefined));
  }

  /** @param {Uint8Array} bytes @param {number} round */
  async #take(bytes, round) {
    if (bytes.length === M2) return this.#answer(bytes, round);
    const session = this.session;
    if (!session?.names(bytes)) return;
    let message;
    try {
      message = await session.open(bytes);
    } catch {
      if (round === this.round && session === this.session) this.#broken();
      return;
    }
    if (round !== this.round || session !== this.session) return;
    if (message.type === "ready") {
      clearTimeout(this.timer);
      this.readied = true;
    }
    this.events.message(message, session);
  }

  /** @param {Uint8Array} m2 @param {number} round */
  async #answer(m2, round) {
    const handshake = this.handshake;
    if (!handshake || this.session) return;
    try {
      const session = await handshake.receive(m2);
      if (round !== this.round || this.handshake !== handshake) return session.wipe();
      this.session = session;
      this.handshake = null;
      this.epoch = session.epoch;
    } catch (error) {
      if (!(error instanceof AccessError)) throw error; // no answer to our m1: the next may be
    }
  }

  #broken() {
    this.wipe();
    if (this.breaks.record(performance.now())) this.events.broke();
    else this.events.mismatch();
  }

  /**
   * Seals a message and sends it; dropped when there is no ready session, or another than the given one.
   * @param {Message} message
   * @param {Session | null} [only]
   */
  send(message, only = this.session) {
    const session = this.session;
    if (!session || !this.readied || session !== only) return;
    this.outgoing = this.outgoing.then(async () => {
      try {
        this.events.relay(await session.seal(message));
      } catch (error) {
        if (!(error instanceof AccessError)) throw error; // wiped meanwhile, or not to be said now
      }
    });
  }
}
