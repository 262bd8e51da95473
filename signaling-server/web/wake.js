// Keeps the screen awake where the browser can; the lock is lost whenever the page is hidden and taken again.

export class Wake {
  constructor() {
    /** @type {WakeLockSentinel | null} */
    this.lock = null;
    this.wanted = false;
  }

  /** @param {boolean} wanted */
  hold(wanted) {
    this.wanted = wanted;
    if (wanted === !!this.lock) return;
    if (wanted) void this.#take();
    else this.#release();
  }

  async #take() {
    if (document.visibilityState !== "visible" || !navigator.wakeLock || this.asking) return;
    this.asking = true;
    try {
      const lock = await navigator.wakeLock.request("screen");
      lock.onrelease = () => { if (this.lock === lock) this.lock = null; };
      this.lock = lock;
      if (!this.wanted) this.#release();
    } catch {
      // low battery, or not allowed: the phone may go to sleep, and the page comes back by itself
    } finally {
      this.asking = false;
    }
  }

  #release() {
    const lock = this.lock;
    this.lock = null;
    lock?.release().catch(() => {});
  }

  asking = false;
}
