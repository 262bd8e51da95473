// The patient's camera and microphone: what is wanted, what there is, and getting it back when the system takes it away
// (an incoming phone call, a cable pulled, a sleeping phone). Posts what changed; decides no screen.

/**
 * @typedef {import("./journey.js").DeviceProblem} DeviceProblem
 * @typedef {{microphone: boolean, camera: boolean, problem: DeviceProblem | null}} Result
 *
 * @typedef {object} Events
 * @property {(result: Result) => void} opened
 * @property {(has: {microphone: boolean, camera: boolean}) => void} lost
 * @property {(canTurn: boolean) => void} turnable whether there is another camera to switch to
 * @property {() => void} changed the tracks are other ones
 */

const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

/** One page's devices. */
export class Devices {
  /**
   * @param {Events} events
   * @param {MediaDevices} [media]
   */
  constructor(events, media = navigator.mediaDevices) {
    this.events = events;
    this.media = media;
    /** @type {MediaStreamTrack | null} */
    this.audio = null;
    /** @type {MediaStreamTrack | null} */
    this.video = null;
    this.wanted = { microphone: true, camera: true };
    /** @type {"user" | "environment"} */
    this.facing = "user";
    /** @type {{audio?: string, video?: string}} */
    this.chosen = {};
    this.generation = 0;
    /** @type {MediaStream | null} */
    this.preview = null;
    this.busy = Promise.resolve();
  }

  /** Own picture, or null. The same object as long as the track is the same. */
  get picture() {
    if (!this.video) return null;
    if (this.preview?.getVideoTracks()[0] !== this.video) this.preview = new MediaStream([this.video]);
    return this.preview;
  }

  /** Whether own picture is shown as in a mirror: not when the camera looks away from the patient. */
  get mirrored() {
    return this.video?.getSettings().facingMode !== "environment";
  }

  /**
   * Asks for both, then for each alone, so that one missing device does not cost the other.
   * @param {{microphone: boolean, camera: boolean}} wanted
   */
  async open(wanted) {
    this.wanted = wanted;
    const generation = ++this.generation;
    /** @type {DeviceProblem | null} */
    let problem = null;
    try {
      const stream = await this.#ask(true, wanted.camera);
      if (!this.#mine(generation, stream)) return;
      this.#hold(stream);
    } catch (reason) {
      problem = name(reason);
      problem = await this.#oneByOne(generation, problem, wanted.camera);
    }
    if (generation !== this.generation) return;
    this.events.opened({ microphone: !!this.audio, camera: !!this.video, problem });
    this.events.changed();
    this.events.turnable(await this.canTurn()); // some browsers take their time to list devices
  }

  /** @param {number} generation @param {DeviceProblem} problem @param {boolean} camera @returns {Promise<DeviceProblem | null>} */
  async #oneByOne(generation, problem, camera) {
    if (!camera) return problem === "denied" || problem === "busy" ? problem : "noMicrophone";
    for (const [audio, video] of [[true, false], [false, true]]) {
      try {
        const stream = await this.#ask(audio, video);
        if (!this.#mine(generation, stream)) return problem;
        this.#hold(stream);
      } catch {
        // this one is missing; the other may not be
      }
    }
    if (problem === "denied" && !this.audio && !this.video) return "denied";
    if (!this.audio && !this.video) return problem === "busy" ? "busy" : "none";
    return this.audio ? "noCamera" : "noMicrophone";
  }

  /** @param {boolean} audio @param {boolean} video */
  #ask(audio, video) {
    if (!this.media?.getUserMedia) return Promise.reject(new Error("no devices here"));
    return this.media.getUserMedia({
      audio: audio && { ...AUDIO, ...(this.chosen.audio && { deviceId: { exact: this.chosen.audio } }) },
      video: video && { ...VIDEO, ...(this.chosen.video ? { deviceId: { exact: this.chosen.video } } : { facingMode: this.facing }) },
    });
  }

  /** Stops what came too late. @param {number} generation @param {MediaStream} stream */
  #mine(generation, stream) {
    if (generation === this.generation) return true;
    stream.getTracks().forEach((track) => track.stop());
    return false;
  }

  /** @param {MediaStream} stream */
  #hold(stream) {
    for (const track of stream.getTracks()) {
      const kind = track.kind === "audio" ? "audio" : "video";
      if (this[kind] !== track) this.#release(kind);
      this[kind] = track;
      track.onended = () => this.#gone(kind, track);
      track.onmute = track.onunmute = () => this.events.changed();
    }
    if (this.audio) this.audio.enabled = this.wanted.microphone;
  }

  /** @param {"audio" | "video"} kind */
  #release(kind) {
    const track = this[kind];
    this[kind] = null;
    if (!track) return;
    track.onended = track.onmute = track.onunmute = null;
    track.stop();
  }

  /** The system ended a track: once more, then say so. @param {"audio" | "video"} kind @param {MediaStreamTrack} track */
  #gone(kind, track) {
    if (this[kind] !== track) return;
    this.#release(kind);
    this.events.changed();
    this.#renew(kind).then((back) => {
      if (!back) this.events.lost({ microphone: !!this.audio, camera: !!this.video });
    });
  }

  /** @param {"audio" | "video"} kind */
  async #renew(kind) {
    const generation = this.generation;
    try {
      const stream = await this.#ask(kind === "audio", kind === "video");
      if (!this.#mine(generation, stream)) return true;
      this.#hold(stream);
      this.events.changed();
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Switches microphone and camera on and off. A camera that is off is let go, so that its lamp goes out.
   * @param {{microphone: boolean, camera: boolean}} wanted
   */
  use(wanted) {
    this.wanted = wanted;
    this.busy = this.busy.then(async () => {
      if (this.audio) this.audio.enabled = this.wanted.microphone;
      else if (this.wanted.microphone) await this.#renew("audio");
      if (!this.wanted.camera) this.#release("video");
      else if (!this.video) await this.#renew("video");
      this.events.lost({ microphone: !!this.audio, camera: !!this.video || !this.wanted.camera });
      this.events.changed();
    });
  }

  /** The page is seen again: iOS leaves dead tracks behind after a phone call or sleep. */
  async revive() {
    const dead = (/** @type {MediaStreamTrack | null} */ track) => track && (track.readyState === "ended" || track.muted);
    if (dead(this.audio)) await this.#renew("audio");
    if (this.wanted.camera && dead(this.video)) await this.#renew("video");
  }

  /** The other camera of a phone. */
  async turn() {
    this.facing = this.facing === "user" ? "environment" : "user";
    this.chosen.video = undefined;
    this.#release("video"); // many phones open one camera at a time
    this.events.changed();
    if (!(await this.#renew("video"))) {
      this.facing = "user";
      await this.#renew("video");
    }
  }

  /**
   * Uses another device, by its id.
   * @param {"audio" | "video"} kind
   * @param {string} id
   */
  async choose(kind, id) {
    this.chosen[kind] = id;
    if (kind === "video") this.#release("video");
    await this.#renew(kind);
  }

  /** @returns {Promise<MediaDeviceInfo[]>} */
  async list() {
    try {
      return (await this.media.enumerateDevices()).filter((device) => device.deviceId && device.kind !== "audiooutput");
    } catch {
      return [];
    }
  }

  /** Phones have a camera on either side. */
  async canTurn() {
    const cameras = (await this.list()).filter((device) => device.kind === "videoinput");
    return cameras.length > 1 && matchMedia("(pointer: coarse)").matches;
  }

  /** Lets everything go; the lamps go out. */
  close() {
    this.generation += 1;
    this.#release("audio");
    this.#release("video");
    this.preview = null;
    this.events.changed();
  }
}

/**
 * What a refusal of getUserMedia means to a person.
 * @param {unknown} reason
 * @returns {DeviceProblem}
 */
export function name(reason) {
  switch (reason instanceof Error ? reason.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "none";
  }
}
