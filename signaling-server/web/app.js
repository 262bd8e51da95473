// The page's composition: reads the link, runs the journey, does what it asks for, and draws. Everything that decides is
// elsewhere.

import { derive, devicePoint, findSecret, makeDeviceKey, openNote, parseFragment, resumeSignature, toBase64url, toHex } from "./access.js";
import * as browser from "./browser.js";
import { Devices } from "./devices.js";
import { choose, load, translator } from "./i18n.js";
import { Installing, keepShell, takeLinks } from "./install.js";
import { tryRelay } from "./loop.js";
import { awake, begin, early, live, step } from "./journey.js";
import { Page } from "./page.js";
import { Peer } from "./peer.js";
import { Conversation } from "./session.js";
import { fetchNote, Line } from "./signaling.js";
import { Sound } from "./sound.js";
import * as store from "./store.js";
import { Wake } from "./wake.js";

/** Milliseconds before the server is asked for the note again. */
const NOTE_AGAIN = 3000;
/** Milliseconds of sleep after which a socket may be dead without knowing it. */
const ASLEEP = 25_000;

class App {
  constructor() {
    this.facts = begin();
    this.place = store.readPlace();
    this.page = new Page(element("page"), element("spoken"));
    this.sound = new Sound();
    this.wake = new Wake();
    this.installing = new Installing(browser.kind(navigator.userAgent, navigator.maxTouchPoints), (how) => this.post("installable", { how }));
    this.devices = new Devices({
      opened: (result) => this.post("devices", result),
      lost: (has) => this.post("deviceLost", has),
      turnable: (canTurn) => this.post("turnable", { canTurn }),
      changed: () => this.#useTracks(),
    });
    /** @type {Uint8Array<ArrayBuffer> | null} */
    this.secret = null;
    /** @type {import("./access.js").Keys | null} */
    this.keys = null;
    /** @type {import("./store.js").DeviceKey | null} */
    this.key = null;
    /** @type {Line | null} */
    this.line = null;
    /** @type {Conversation | null} */
    this.talk = null;
    /** @type {Peer | null} */
    this.peer = null;
    /** @type {RTCIceServer[]} */
    this.iceServers = [];
    /** @type {import("./i18n.js").Translate | null} */
    this.words = null;
    /** @type {import("./i18n.js").Language} */
    this.language = "nb";
    this.awakeAt = Date.now();
    /** @type {Promise<void> | null} */
    this.relayTried = null;
  }

  // ---- the beginning

  async start() {
    await this.#speak(choose(store.readLanguage(), null, navigator.languages));
    this.#watchPage();
    this.post("installable", { how: this.installing.how });
    await this.#open(parseFragment(location.hash.slice(1)), location.hash.length > 1);
    takeLinks(() => this.secret);
    void keepShell();
  }

  /** @param {Uint8Array<ArrayBuffer> | null} secret @param {boolean} linked */
  async #open(secret, linked) {
    history.replaceState(null, "", location.pathname); // neither the secret nor how often again.js has tried
    const stored = parseFragment(store.readSecret() ?? "");
    const returning = !!stored && (!secret || same(secret, stored)) && !(linked && !secret);
    const found = secret ?? (linked ? null : stored);
    if (!returning) {
      this.#setPlace(null);
      store.writeNote(null);
    }
    if (found) await this.#take(found);
    const app = browser.inApp(navigator.userAgent);
    this.post("opened", {
      secret: found ? "held" : linked ? "broken" : "missing", supported: browser.supported(), inApp: app !== null && !this.place.goOnInApp,
      lastNote: store.readNote(), returning: returning && this.place.inside, known: this.key?.proven ?? false, checked: this.place.checked,
      microphoneOn: this.place.microphoneOn, cameraOn: this.place.cameraOn,
    });
  }

  /** @param {Uint8Array<ArrayBuffer>} secret */
  async #take(secret) {
    this.secret = secret;
    store.writeSecret(toBase64url(secret));
    if (!globalThis.crypto?.subtle) return;
    this.keys = await derive(secret);
    this.key = await store.readKey(toHex(this.keys.invitationID));
  }

  /** A link opened in this very tab, or a reload from the browser's memory. */
  #watchPage() {
    addEventListener("hashchange", () => location.hash.length > 1 && location.reload());
    addEventListener("online", () => this.#networkChanged(true));
    /** @type {any} */ (navigator).connection?.addEventListener?.("change", () => this.#networkChanged(false)); // also when it only got slower
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#seen());
    addEventListener("pointerdown", () => this.#pressed(), { capture: true });
    addEventListener("keydown", () => this.#pressed(), { capture: true });
    visualViewport?.addEventListener("resize", fit);
    fit();
    setInterval(() => this.#beat(), 1000);
  }

  /** @param {boolean} renew the line is dead, whatever it looks like */
  #networkChanged(renew) {
    this.peer?.networkChanged();
    if (renew) this.line?.renew();
  }

  #pressed() {
    this.sound.start();
    this.sound.listen(this.devices.audio);
  }

  /** Once a second: countdowns, and noticing that the machine slept. */
  #beat() {
    const slept = Date.now() - this.awakeAt > ASLEEP;
    this.awakeAt = Date.now();
    if (slept && document.visibilityState === "visible") this.line?.renew();
    const { facts } = this;
    if (early(facts) || facts.absent) this.post("tick");
  }

  #seen() {
    if (Date.now() - this.awakeAt > ASLEEP) this.line?.renew();
    else this.line?.wake();
    this.awakeAt = Date.now();
    this.devices.revive();
    this.wake.hold(awake(this.facts));
  }

  // ---- the machine

  /**
   * One event: next facts, then what they ask for, then the picture.
   * @param {string} type
   * @param {object} [members]
   */
  post(type, members = {}) {
    if (type === "codeTyped") return void this.#readCode(/** @type {{text: string}} */ (members).text);
    if (type === "reload") return location.reload();
    if (type === "goOnInApp") this.#setPlace({ ...this.place, goOnInApp: true });
    const { facts, actions } = step(this.facts, { ...members, type, at: Date.now() });
    this.facts = facts;
    for (const action of actions) this.#do(action);
    this.peer?.allow(live(this.facts));
    this.wake.hold(awake(this.facts));
    this.render();
  }

  render() {
    if (!this.words) return; // an event may come before them
    this.page.render({
      facts: this.facts, t: this.words, language: this.language,
      post: (type, members) => this.post(type, members),
      speak: (language) => void this.#choose(language),
      own: this.devices.picture, mirrored: this.devices.mirrored,
      remote: live(this.facts) && this.peer?.confirmed ? this.peer.remote : null,
      level: () => this.sound.level(), now: () => Date.now(),
      browser: browser.kind(navigator.userAgent, navigator.maxTouchPoints), app: browser.inApp(navigator.userAgent) ?? "",
      address: this.secret ? `${location.origin}${location.pathname}#${toBase64url(this.secret)}` : "",
      list: () => this.devices.list(), choose: (kind, id) => void this.devices.choose(kind, id),
    });
  }

  /** @param {import("./journey.js").Action} action */
  #do(action) {
    switch (action.do) {
      case "fetchNote": return void this.#fetchNote();
      case "connect": return this.#connect();
      case "disconnect": return this.#afterLastWord((line) => line.close());
      case "reconnect": return this.line?.renew();
      case "leave": return this.#afterLastWord((line) => line.leave());
      case "handshake": return this.talk?.begin();
      case "wipe": return this.talk?.wipe();
      case "say": return void this.#say(action.message);
      case "resume": return void this.#resume();
      case "proven": return void (this.#tryRelay(), this.#keepKey());
      case "later": return void setTimeout(() => this.post(action.event), action.ms);
      case "keepPlace": return this.#setPlace({ ...this.place, inside: true, checked: this.facts.checked, microphoneOn: this.facts.microphoneOn, cameraOn: this.facts.cameraOn });
      case "losePlace": return this.#setPlace({ ...this.place, inside: false });
      case "forget": return this.#forget();
      case "openDevices": return void this.devices.open(this.#wanted());
      case "useDevices": return this.devices.use(this.#wanted());
      case "turnCamera": return void this.devices.turn();
      case "closeDevices": return this.devices.close();
      case "closePeer": return this.#closePeer();
      case "ring": return this.sound.ring();
      case "install": return void this.installing.ask();
      default: throw new Error(`unknown action ${action.do}`);
    }
  }

  // ---- the server and the doctor's program

  /** What was said is sealed and sent before the line ends. @param {(line: Line) => void} then */
  #afterLastWord(then) {
    const { line, talk } = this;
    if (line) void Promise.resolve(talk?.outgoing).then(() => then(line));
  }

  #names() {
    const keys = /** @type {import("./access.js").Keys} */ (this.keys);
    return { invitation: toHex(keys.invitationID), admission: toHex(keys.admission) };
  }

  async #fetchNote() {
    const keys = this.keys;
    if (!keys) return;
    try {
      const answer = await fetchNote(this.#names());
      if (keys !== this.keys) return;
      if ("code" in answer) return this.post("noteRefused", answer);
      const note = await openNote(keys, bytesOf(answer.note));
      await this.#speak(choose(store.readLanguage(), note.lang, navigator.languages));
      store.writeNote(note);
      this.post("note", { ...answer, note });
    } catch {
      this.post("noteUnreachable");
      setTimeout(() => keys === this.keys && this.#fetchNote(), NOTE_AGAIN);
    }
  }

  #connect() {
    const keys = /** @type {import("./access.js").Keys} */ (this.keys);
    this.talk ??= new Conversation(keys, {
      relay: (bytes) => this.line?.relay(bytes),
      message: (message, session) => this.#heard(message, session),
      broke: () => this.post("broke"),
      mismatch: () => this.post("mismatch", { mine: false }),
    });
    const talk = this.talk;
    const url = new URL("ws/patient", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.hash = "";
    this.line ??= new Line(url.href, this.#names(), {
      up: (welcome) => {
        this.#useServers(welcome.iceServers);
        this.post("lineUp", { now: welcome.now, desktop: welcome.desktop !== "" });
      },
      presence: (desktop) => this.post("presence", { desktop: desktop !== "" }),
      ice: (servers) => this.#useServers(servers),
      relay: (payload) => talk.receive(payload),
      down: () => this.post("lineDown"),
      refused: (refused) => this.post("refused", refused),
    });
    this.line.open();
  }

  /** @param {import("./access.js").Message} message @param {import("./access.js").Session} session */
  #heard(message, session) {
    switch (message.type) {
      case "offer": return this.#offer(message, session);
      case "candidate": return this.peer?.candidate(message, session);
      case "note": return this.post("doctorNote", { text: message.text });
      default: return this.post(message.type, message);
    }
  }

  /** @param {any} message */
  async #say(message) {
    if (message.type === "pin") {
      const point = await this.#publicPoint();
      message = { ...message, ...(point && { device: toBase64url(point) }), ...this.#stillThere() };
    }
    this.talk?.send(message);
  }

  async #resume() {
    const session = this.talk?.session;
    if (!session || !this.key) return this.post("resumeResult", { ok: false, triesLeft: this.facts.triesLeft });
    const signature = await resumeSignature(this.key.privateKey, session.th);
    this.talk?.send({ type: "resume", signature: toBase64url(signature), ...this.#stillThere(), ...(this.peer?.lost && { lost: true }) }, session);
  }

  /** Which confirmed peer connection is still here: the call can go on in it. */
  #stillThere() {
    return this.peer?.confirmed ? { peer: this.peer.number } : {};
  }

  // ---- this browser's key

  /** Makes the key if there is none yet. */
  async #publicPoint() {
    try {
      if (!this.key) {
        const pair = await makeDeviceKey();
        this.key = { invitation: this.#names().invitation, privateKey: pair.privateKey, publicKey: await devicePoint(pair), proven: false };
      }
      return this.key.publicKey;
    } catch {
      return null;
    }
  }

  async #keepKey() {
    if (!this.key || this.key.proven) return;
    this.key.proven = true;
    await store.writeKey(this.key);
  }

  #forget() {
    store.writeSecret(null);
    store.writeNote(null);
    this.#setPlace(null);
    if (this.keys) void store.forgetKey(this.#names().invitation);
    this.secret = this.keys = this.key = this.line = this.talk = null;
  }

  /** @param {import("./store.js").Place | null} place */
  #setPlace(place) {
    store.writePlace(place);
    this.place = store.readPlace();
  }

  // ---- the call

  /** @param {{neg: number, peer: number, sdp: string}} offer @param {import("./access.js").Session} session */
  #offer(offer, session) {
    if (this.peer && offer.peer < this.peer.number) return;
    if (!this.peer || offer.peer > this.peer.number) this.#newPeer(offer.peer, session);
    this.peer?.offer(offer, session);
  }

  /** @param {number} number @param {import("./access.js").Session} session */
  #newPeer(number, session) {
    this.#closePeer();
    const peer = new Peer({
      number, iceServers: this.iceServers, session,
      events: {
        send: (message, within) => this.talk?.send(message, within),
        state: (state) => this.peer === peer && this.post("peer", { state }),
        mismatch: () => {
          if (this.peer !== peer) return;
          this.peer = null;
          this.post("mismatch", { mine: true });
        },
        stuck: () => this.peer === peer && this.post("stuck"),
        tracks: (tracks) => this.peer === peer && this.post("doctorTracks", tracks),
        network: (network) => this.peer === peer && this.post("network", network),
      },
    });
    this.peer = peer;
    peer.allow(live(this.facts));
    this.#useTracks();
    this.post("peer", { state: "connecting" });
  }

  /** For new peers, and for the one there is: credentials run out. @param {RTCIceServer[]} servers */
  #useServers(servers) {
    this.iceServers = servers;
    this.peer?.setServers(servers);
  }

  /** Once for each page, while the patient looks at his camera. */
  #tryRelay() {
    this.relayTried ??= tryRelay(this.iceServers).then((result) => this.post("relayTried", { result }));
  }

  #closePeer() {
    const peer = this.peer;
    this.peer = null;
    peer?.close();
  }

  #wanted() {
    return { microphone: this.facts.microphoneOn, camera: this.facts.cameraOn };
  }

  /** The tracks are other ones, or are switched: to the meter, to the doctor, and onto the screen. */
  #useTracks() {
    const { audio, video } = this.devices;
    const { microphone, camera } = this.#wanted();
    if (audio) this.sound.start();
    this.sound.listen(audio);
    this.peer?.use({ audio, video, microphone: microphone && !!audio, camera: camera && !!video });
    this.render();
  }

  // ---- words

  /** @param {import("./i18n.js").Language} language */
  async #speak(language) {
    if (language === this.language && this.words) return;
    this.words = translator(await load(language));
    this.language = language;
  }

  /** @param {import("./i18n.js").Language} language */
  async #choose(language) {
    store.writeLanguage(language);
    await this.#speak(language).catch(() => {});
    this.render();
    document.getElementById("language")?.focus();
  }

  /** @param {string} text */
  async #readCode(text) {
    const secret = await findSecret(text);
    if (!secret) return this.post("codeNotOne");
    this.#forget();
    await this.#take(secret);
    this.post("secretFound", { known: this.key?.proven ?? false });
  }
}

/** @param {string} id @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no #${id}`);
  return found;
}

/** @param {Uint8Array} a @param {Uint8Array} b */
function same(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The server writes bytes as plain base64. @param {string} text */
function bytesOf(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
}

/** Little room, as above a phone's keypad: the page shows only what is needed to type. */
function fit() {
  const height = visualViewport?.height ?? innerHeight;
  const typing = height < 500 && document.activeElement?.id === "pin";
  document.documentElement.classList.toggle("tight", typing);
  if (typing) document.getElementById("continue")?.scrollIntoView({ block: "nearest" });
}

new App().start().catch(() => dispatchEvent(new Event("incomplete"))); // again.js hears it
