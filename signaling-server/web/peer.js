// The peer connection with the doctor's program. The doctor always offers. Senders hold no track until our confirmation
// has been sent, the doctor's has been verified, and the journey allows it (docs/ACCESS.md, Negotiation).

import { gateSDP, textHash, toHex, verifyConfirmation } from "./access.js";
import { Flow, received } from "./path.js";
import { wish, within } from "./picture.js";

/**
 * @typedef {import("./access.js").Session} Session
 * @typedef {import("./access.js").Message} Message
 * @typedef {"connecting" | "confirmed" | "interrupted"} State
 *
 * @typedef {object} Events
 * @property {(message: Message, session: Session | null) => void} send into that session, if it still is the live one
 * @property {(state: State) => void} state
 * @property {() => void} mismatch what was signed and what is there differ; close this peer at once
 * @property {() => void} stuck the path is lost and only a new offer can mend it
 * @property {(tracks: {microphone: boolean, camera: boolean}) => void} tracks what the doctor has switched on
 * @property {(network: {slow: string, picture: string}) => void} network what the doctor's program says of the line
 */

/** Milliseconds from a connected DTLS to the doctor's confirmation. */
const CONFIRM_WITHIN = 10_000;
/** Milliseconds after which a new offer is asked for once more, while the path is lost; then twice as long, and so on. */
const STUCK_AGAIN = 4000;
const STUCK_SELDOM = 30_000;
/** Milliseconds between two looks at what comes, in a call. */
const LOOK = 250;

/** One peer connection, for life bound to the session in which its first offer travelled. */
export class Peer {
  /**
   * @param {object} options
   * @param {number} options.number counts peer connections within the invitation
   * @param {RTCIceServer[]} options.iceServers
   * @param {Session} options.session
   * @param {Events} options.events
   */
  constructor({ number, iceServers, session, events }) {
    this.number = number;
    this.session = session;
    this.events = events;
    this.remote = new MediaStream();
    this.closed = false;
    this.sent = this.verified = this.allowed = false;
    /** @type {{neg: number, session: Session | null}} */
    this.current = { neg: 0, session: null };
    /** @type {{offer: string, answer: string} | null} what the confirmation binds */
    this.signed = null;
    this.ours = this.theirs = ""; // fingerprints of the certificates, hex
    /** @type {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} */
    this.local = { audio: null, video: null };
    this.microphone = this.camera = true;
    this.timers = { confirm: 0, stuck: 0, look: 0 };
    this.flow = new Flow();
    this.silent = false;
    /** @type {{pixels: number, fps: number} | null} what the doctor's machine can show, where it has said so */
    this.wish = null;
    /** @type {Promise<void>} */
    this.queue = Promise.resolve();
    this.queued = 0;
    /** @type {State | ""} */
    this.told = "";
    this.pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.channel = this.pc.createDataChannel("confirm", { negotiated: true, id: 0 });
    this.channel.binaryType = "arraybuffer";
    this.#listen();
  }

  /** Takes fresh servers, whose credentials the next offer's candidates need. @param {RTCIceServer[]} iceServers */
  setServers(iceServers) {
    if (this.closed) return;
    this.pc.setConfiguration({ ...this.pc.getConfiguration(), iceServers });
  }

  /** Media may flow as far as the confirmation goes. */
  get confirmed() {
    return this.sent && this.verified;
  }

  #listen() {
    const { pc, channel } = this;
    pc.ontrack = (event) => this.remote.addTrack(event.track);
    pc.onicecandidate = (event) => this.#candidate(event.candidate);
    pc.onconnectionstatechange = () => this.#moved();
    pc.oniceconnectionstatechange = () => this.#moved();
    channel.onopen = () => this.#later(() => this.#confirm());
    channel.onmessage = (event) => this.#heard(event.data);
  }

  /**
   * Takes an offer of the live session and answers it.
   * @param {{neg: number, sdp: string}} offer
   * @param {Session} session
   */
  offer(offer, session) {
    this.#later(async () => {
      if (session === this.current.session && offer.neg <= this.current.neg) return;
      this.#sameCertificate(gateSDP(offer.sdp));
      await this.pc.setRemoteDescription({ type: "offer", sdp: offer.sdp });
      this.current = { neg: offer.neg, session };
      for (const transceiver of this.pc.getTransceivers()) transceiver.direction = "sendrecv";
      const answer = await this.pc.createAnswer();
      const sdp = answer.sdp ?? "";
      const ours = gateSDP(sdp);
      const offerHash = await textHash(offer.sdp);
      this.signed ??= { offer: offer.sdp, answer: sdp };
      this.ours ||= ours;
      if (this.closed) return;
      this.events.send({ type: "answer", neg: offer.neg, sdp, offerHash }, session);
      await this.pc.setLocalDescription(answer); // candidates come from here on, behind the answer
    });
  }

  /** The doctor's certificate is the one we have seen before, or the first. @param {string} fingerprint */
  #sameCertificate(fingerprint) {
    if (this.theirs && this.theirs !== fingerprint) throw new Error("another certificate");
    this.theirs = fingerprint;
  }

  /** @param {{neg: number, candidate: string, sdpMid?: string | null, sdpMLineIndex?: number | null}} message @param {Session} session */
  candidate(message, session) {
    this.#later(async () => {
      if (session !== this.current.session || message.neg !== this.current.neg) return;
      await this.#add(message);
    });
  }

  /** @param {{candidate?: string, sdpMid?: string | null, sdpMLineIndex?: number | null}} message */
  async #add({ candidate, sdpMid, sdpMLineIndex }) {
    try {
      if (candidate) await this.pc.addIceCandidate({ candidate, sdpMid: sdpMid ?? null, sdpMLineIndex: sdpMLineIndex ?? (sdpMid ? null : 0) });
    } catch {
      // a candidate that this browser does not understand; the others may do
    }
  }

  /** @param {RTCIceCandidate | null} candidate */
  #candidate(candidate) {
    const { neg, session } = this.current;
    const { sdpMid = null, sdpMLineIndex = null } = candidate ?? {};
    const place = { ...(sdpMid !== null && { sdpMid }), ...(sdpMLineIndex !== null && { sdpMLineIndex }) };
    this.events.send({ type: "candidate", neg, candidate: candidate?.candidate ?? "", ...place }, session);
  }

  /** Nothing comes over the path, by what the browser or the packets say. */
  get lost() {
    const { connectionState, iceConnectionState } = this.pc;
    return this.silent || connectionState === "failed" || iceConnectionState === "disconnected" || iceConnectionState === "failed";
  }

  #moved() {
    if (this.closed) return;
    const lost = this.lost;
    if (this.pc.connectionState === "connected") this.#awaitConfirmation();
    if (!lost) {
      clearTimeout(this.timers.stuck);
      this.timers.stuck = 0;
    } else if (!this.timers.stuck) {
      this.#askForHelp(STUCK_AGAIN);
      this.events.stuck();
    }
    this.#tell(lost ? "interrupted" : this.confirmed ? "confirmed" : "connecting");
  }

  /** Asks for a new offer while the path is lost, more and more seldom. @param {number} wait */
  #askForHelp(wait) {
    this.timers.stuck = setTimeout(() => {
      this.events.stuck();
      this.#askForHelp(Math.min(2 * wait, STUCK_SELDOM));
    }, wait);
  }

  /** The network has changed: a path over which nothing comes now is soon taken for lost. */
  networkChanged() {
    this.flow.changed(performance.now());
  }

  /** Looks at what comes as long as media may, and no longer. */
  #watch() {
    const needed = !this.closed && this.confirmed && this.allowed;
    if (!needed) {
      clearInterval(this.timers.look);
      this.timers.look = 0;
      this.silent = false;
      this.flow.reset();
    } else if (!this.timers.look) this.timers.look = setInterval(() => void this.#look(), LOOK);
  }

  async #look() {
    const report = await this.pc.getStats().catch(() => null);
    if (this.closed || !this.timers.look || !report) return;
    const silent = this.flow.lost(performance.now(), received(report));
    if (silent === this.silent) return;
    this.silent = silent;
    this.#moved();
  }

  /** @param {State} state */
  #tell(state) {
    if (this.told === state) return;
    this.told = state;
    this.events.state(state);
  }

  #awaitConfirmation() {
    if (this.verified || this.timers.confirm) return;
    this.timers.confirm = setTimeout(() => !this.verified && this.#mismatch(), CONFIRM_WITHIN);
  }

  /** Sends our confirmation, bound to the certificates in use. */
  async #confirm() {
    if (!this.signed || !this.ours) throw new Error("open before an answer");
    await this.#certificateInUse();
    this.channel.send(await this.#value("P"));
    this.sent = true;
    this.#settle();
  }

  /** Takes the certificate in use where the browser shows it; else the one of the gated description stands. */
  async #certificateInUse() {
    const transport = this.pc.sctp?.transport;
    const [certificate] = transport?.getRemoteCertificates?.() ?? [];
    if (certificate) this.#sameCertificate(toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", certificate))));
  }

  /** @param {"P" | "D"} role */
  #value(role) {
    const { signed, ours, theirs } = this;
    if (!signed || !ours || !theirs) throw new Error("nothing to confirm");
    return this.session.confirmation(role, signed.offer, signed.answer, ours, theirs);
  }

  /** @param {ArrayBuffer | string} data */
  #heard(data) {
    this.#later(async () => {
      if (!this.verified) return this.#verify(data);
      const message = object(data);
      if (message.type === "network") return this.events.network({ slow: String(message.slow), picture: String(message.picture) });
      if (message.type === "picture") return this.#heed(wish(message));
      if (message.type !== "tracks") return;
      this.flow.reset(); // fewer packets may come now
      this.events.tracks({ microphone: message.microphone === true, camera: message.camera === true });
    });
  }

  /** The first message must be the doctor's confirmation and nothing else. @param {ArrayBuffer | string} data */
  async #verify(data) {
    await this.#certificateInUse();
    if (!verifyConfirmation(data, await this.#value("D"))) throw new Error("wrong confirmation");
    this.verified = true;
    clearTimeout(this.timers.confirm);
    this.#settle();
  }

  #settle() {
    if (!this.confirmed) return;
    this.#tell("confirmed");
    this.#tellTracks();
    this.#attach();
    this.#watch();
  }

  /**
   * Says whether our sound and picture may go out once the connection is confirmed. At false they stop at once.
   * @param {boolean} allowed
   */
  allow(allowed) {
    if (this.allowed === allowed) return;
    this.allowed = allowed;
    this.#attach();
    this.#watch();
    if (this.confirmed) this.#tellTracks();
  }

  /**
   * What is to be sent: tracks, and what the patient has switched on.
   * @param {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null, microphone: boolean, camera: boolean}} local
   */
  use({ audio, video, microphone, camera }) {
    const changed = microphone !== this.microphone || camera !== this.camera;
    Object.assign(this, { local: { audio, video }, microphone, camera });
    this.#attach();
    if (changed && this.confirmed) this.#tellTracks();
  }

  #attach() {
    this.#later(async () => {
      const open = this.confirmed && this.allowed;
      await Promise.all(this.pc.getTransceivers().map(async ({ sender, receiver }) => {
        const track = open ? (receiver.track.kind === "audio" ? this.local.audio : this.local.video) : null;
        if (sender.track !== track) await sender.replaceTrack(track).catch(() => {}); // ended meanwhile: another follows
      }));
      if (this.wish) await this.#heed(this.wish); // of another size, perhaps
    });
  }

  /** Sends pictures no larger and no more often than the doctor's machine can show. @param {{pixels: number, fps: number} | null} wish */
  async #heed(wish) {
    this.wish = wish ?? this.wish;
    const sender = this.pc.getTransceivers().find(({ receiver }) => receiver.track.kind === "video")?.sender;
    if (!this.wish || !sender?.track) return;
    const parameters = sender.getParameters();
    const [encoding] = parameters.encodings ?? [];
    if (!encoding) return;
    Object.assign(encoding, within(sender.track.getSettings(), this.wish));
    await sender.setParameters(parameters).catch(() => {}); // an old browser sends what it likes
  }

  #tellTracks() {
    if (this.channel.readyState === "open") {
      this.channel.send(JSON.stringify({ type: "tracks", microphone: this.microphone, camera: this.camera }));
    }
  }

  /**
   * Runs work one piece after another, at once when nothing else is under way: when the doctor presses Delta the tracks go
   * out before the page is drawn anew. What fails before the confirmation or at a gate is a mismatch.
   * @param {() => Promise<void> | void} work
   */
  #later(work) {
    const before = this.queued++ ? this.queue : null;
    let done = () => {};
    this.queue = new Promise((resolve) => (done = resolve)); // what work itself asks for comes behind it
    const run = async () => {
      try {
        if (!this.closed) await work();
      } catch {
        this.#mismatch();
      } finally {
        this.queued--;
        done();
      }
    };
    if (before) void before.then(run);
    else void run();
  }

  #mismatch() {
    if (this.closed) return;
    this.close();
    this.events.mismatch();
  }

  /** Ends it; a second call does nothing. */
  close() {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.timers.confirm);
    clearTimeout(this.timers.stuck);
    clearInterval(this.timers.look);
    for (const sender of this.pc.getSenders()) sender.replaceTrack(null).catch(() => {});
    this.pc.close();
  }
}

/** What a text message holds; anything else is an empty object. @param {string | ArrayBuffer} data */
function object(data) {
  try {
    return Object(typeof data === "string" ? JSON.parse(data) : null);
  } catch {
    return {};
  }
}
