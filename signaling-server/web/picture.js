// What the doctor's machine can show: how large the patient's picture may be, and how often it may come. Pure; peer.js
// applies it to the sender.

/** The sizes that cameras are asked for here, where a track does not tell its own. */
const USUAL = { width: 1280, height: 720 };

/**
 * How a track is to be sent so that no picture has more pixels than wished, nor more of them come a second.
 * @param {{width?: number, height?: number}} size of the track
 * @param {{pixels: number, fps: number}} wish
 * @returns {{scaleResolutionDownBy: number, maxFramerate: number}}
 */
export function within({ width, height }, { pixels, fps }) {
  const whole = (width || USUAL.width) * (height || USUAL.height);
  const by = Math.sqrt(whole / pixels);
  return { scaleResolutionDownBy: by > 1.01 ? by : 1, maxFramerate: fps };
}

/**
 * What a message wishes, or null when it says nothing that could be meant.
 * @param {{pixels?: unknown, fps?: unknown}} message
 * @returns {{pixels: number, fps: number} | null}
 */
export function wish({ pixels, fps }) {
  const sound = (/** @type {unknown} */ n, /** @type {number} */ least) => typeof n === "number" && n >= least && n <= 1e8;
  return sound(pixels, 10_000) && sound(fps, 1) ? { pixels: Number(pixels), fps: Number(fps) } : null;
}
