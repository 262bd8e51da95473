// The sounds of the page: the level of the microphone, and the tone that rings when the doctor lets the patient in.

/** One AudioContext for both; browsers start it only after a press. */
export class Sound {
  constructor() {
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {AnalyserNode | null} */
    this.analyser = null;
    /** @type {MediaStreamAudioSourceNode | null} */
    this.source = null;
    /** @type {MediaStreamTrack | null} */
    this.track = null;
    this.samples = new Float32Array(1024);
  }

  /** To be called from a press. */
  start() {
    try {
      this.context ??= new AudioContext();
      if (this.context.state !== "running") this.context.resume().catch(() => {});
    } catch {
      this.context = null; // no sound system: the page works in silence
    }
  }

  /** Measures this track from now on. @param {MediaStreamTrack | null} track */
  listen(track) {
    if (track === this.track || !this.context) return;
    this.source?.disconnect();
    this.source = null;
    this.track = track;
    if (!track) return;
    this.analyser ??= new AnalyserNode(this.context, { fftSize: 1024 });
    this.source = this.context.createMediaStreamSource(new MediaStream([track]));
    this.source.connect(this.analyser);
  }

  /** The level now, 0 to 1 over the 45 dB in which people speak. */
  level() {
    if (!this.source || !this.analyser) return 0;
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    const decibel = 10 * Math.log10(sum / this.samples.length + 1e-10);
    return Math.min(1, Math.max(0, (decibel + 60) / 45));
  }

  /** Rings: three soft pairs of tones, about two seconds. */
  ring() {
    const context = this.context;
    if (!context || context.state !== "running") return;
    for (let i = 0; i < 3; i++) {
      this.#tone(context, 659, i * 0.7);
      this.#tone(context, 880, i * 0.7 + 0.18);
    }
  }

  /** @param {AudioContext} context @param {number} frequency @param {number} after seconds */
  #tone(context, frequency, after) {
    const at = context.currentTime + after;
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.22, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    const tone = new OscillatorNode(context, { frequency, type: "sine" });
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.55);
  }
}
