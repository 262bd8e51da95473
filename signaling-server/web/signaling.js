// The socket to the signaling server: knock, welcome, presence, and sealed bytes relayed to the doctor's program. It
// reconnects by itself until it is closed or refused for good.

/**
 * @typedef {object} Events
 * @property {(welcome: {now: number, desktop: string, iceServers: RTCIceServer[]}) => void} up
 * @property {(desktop: string) => void} presence the doctor's connection; "" is none
 * @property {(servers: RTCIceServer[]) => void} ice
 * @property {(payload: Uint8Array) => void} relay
 * @property {() => void} down the socket is lost and another will be tried
 * @property {(refused: {code: string, notBefore: number, now: number}) => void} refused for good; nothing more comes
 *
 * @typedef {object} Surroundings what the page gives and a test replaces
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {(run: () => void, ms: number) => any} later
 * @property {(timer: any) => void} cancel
 * @property {() => number} random in [0, 1)
 */

/** The protocol version of this page. */
export const VERSION = 1;

/** Bytes in front of a relayed payload: all zero going up, the sender coming down. */
const HEADER = 8;
/** Milliseconds from opening a socket to the server's welcome. */
const WELCOME = 10_000;
/** Waits between tries, milliseconds; the last one repeats. Half of each is drawn at random. */
const WAITS = [300, 1000, 2000, 4000, 8000];
/** Codes after which trying again is no use. */
const FINAL = new Set(["notValid", "tooEarly", "pageTooOld", "serverTooOld"]);
/** Codes after which a little more patience is asked. */
const PATIENT = new Set(["tryLater", "storeFull", "storeDown"]);

/** One patient's line. Nothing is queued: what is sent while it is down is dropped, and the session begins anew. */
export class Line {
  /**
   * @param {string} url of the patient's socket
   * @param {{invitation: string, admission: string}} knock lower-case hex
   * @param {Events} events
   * @param {Surroundings} [surroundings]
   */
  constructor(url, knock, events, surroundings = browser()) {
    this.url = url;
    this.knock = { type: "knock", version: VERSION, ...knock };
    this.events = events;
    this.around = surroundings;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.timer = null;
    this.tries = 0;
    this.welcomed = false;
    this.desktop = "";
    this.closed = true;
  }

  /** Connects; a second call while it is open does nothing. */
  open() {
    if (!this.closed) return;
    this.closed = false;
    this.tries = 0;
    this.#dial();
  }

  /** Ends the line without another try. */
  close() {
    this.closed = true;
    this.#drop();
  }

  /** Gives the place in the waiting room up, and ends the line. */
  leave() {
    if (this.welcomed) this.#write(JSON.stringify({ type: "leave" }));
    this.close();
  }

  /** The network has changed or the page was asleep: tries at once if the line is down. */
  wake() {
    if (this.closed || this.welcomed) return;
    this.tries = 0;
    this.#drop();
    this.#dial();
  }

  /** Puts a new socket in the place of one that may be dead without knowing it. */
  renew() {
    if (this.closed) return;
    const was = this.welcomed;
    this.#drop();
    if (was) this.events.down();
    this.tries = 0;
    this.#dial();
  }

  /**
   * Relays bytes to the doctor's program; dropped when the line is down.
   * @param {Uint8Array} payload
   */
  relay(payload) {
    if (!this.welcomed) return;
    const message = new Uint8Array(HEADER + payload.length);
    message.set(payload, HEADER);
    this.#write(message);
  }

  #dial() {
    const socket = new this.around.WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    const mine = () => this.socket === socket;
    socket.onopen = () => mine() && this.#write(JSON.stringify(this.knock));
    socket.onmessage = (event) => mine() && this.#take(event.data);
    socket.onclose = () => mine() && this.#lost();
    this.timer = this.around.later(() => mine() && !this.welcomed && this.#lost(), WELCOME);
  }

  /** @param {string | ArrayBuffer} data */
  #take(data) {
    if (typeof data !== "string") return this.#relayed(new Uint8Array(data));
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return this.#lost();
    }
    switch (message.type) {
      case "welcome": return this.#welcome(message);
      case "presence": return this.#presence(hex(message.desktop));
      case "iceServers": return this.events.ice(servers(message.iceServers));
      case "refused": return this.#refused(message);
    }
  }

  /** @param {any} message */
  #welcome(message) {
    this.around.cancel(this.timer);
    this.welcomed = true;
    this.tries = 0;
    this.desktop = hex(message.desktop);
    this.events.up({ now: Number(message.now), desktop: this.desktop, iceServers: servers(message.iceServers) });
  }

  /** @param {string} desktop */
  #presence(desktop) {
    if (desktop === this.desktop) return;
    this.desktop = desktop;
    this.events.presence(desktop);
  }

  /** @param {Uint8Array} message */
  #relayed(message) {
    if (!this.welcomed || message.length <= HEADER) return;
    const from = Array.from(message.subarray(0, HEADER), (b) => b.toString(16).padStart(2, "0")).join("");
    if (from === this.desktop) this.events.relay(message.subarray(HEADER));
  }

  /** @param {any} message */
  #refused(message) {
    const code = String(message.code);
    if (FINAL.has(code)) {
      this.close();
      this.events.refused({ code, notBefore: Number(message.notBefore ?? 0), now: Number(message.now ?? 0) });
      return;
    }
    if (PATIENT.has(code)) this.tries = WAITS.length;
    this.#lost();
  }

  #lost() {
    const was = this.welcomed;
    this.#drop();
    if (this.closed) return;
    const wait = WAITS[Math.min(this.tries, WAITS.length - 1)];
    this.tries += 1;
    this.timer = this.around.later(() => this.#dial(), wait / 2 + (this.around.random() * wait) / 2);
    if (was) this.events.down();
  }

  #drop() {
    this.around.cancel(this.timer);
    const socket = this.socket;
    this.socket = null;
    this.welcomed = false;
    this.desktop = "";
    if (socket && socket.readyState <= 1) socket.close();
  }

  /** @param {string | Uint8Array<ArrayBuffer>} message */
  #write(message) {
    if (this.socket?.readyState === 1) this.socket.send(message);
  }
}

/**
 * A participant's name in hex; none and all zero are "".
 * @param {unknown} id
 */
function hex(id) {
  return typeof id === "string" && /^[0-9a-f]{16}$/.test(id) && !/^0+$/.test(id) ? id : "";
}

/**
 * @param {unknown} list
 * @returns {RTCIceServer[]}
 */
function servers(list) {
  return Array.isArray(list) ? list : [];
}

/** @returns {Surroundings} */
function browser() {
  return { WebSocket, later: (run, ms) => setTimeout(run, ms), cancel: (timer) => clearTimeout(timer), random: Math.random };
}

/**
 * Asks for the sealed note. Throws when the server cannot be asked now.
 * @param {{invitation: string, admission: string}} knock
 * @returns {Promise<{note: string, notBefore: number, notAfter: number, now: number} | {code: string, notBefore: number, now: number}>}
 */
export async function fetchNote(knock) {
  const answer = await fetch("api/note", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ version: VERSION, ...knock }),
    cache: "no-store",
  });
  const body = await answer.json();
  if (body.code && !FINAL.has(body.code)) throw new Error(body.code);
  return body;
}
