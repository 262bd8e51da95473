// Whether the doctor's sound and picture still come, by the number of packets: sooner than the browser says so, which
// waits for five seconds and more. Pure; peer.js counts.

/** Packets a second from which on a second without any is no accident. */
const BUSY = 20;
/** Milliseconds without a packet after which the path counts as lost; less when the network is known to have changed. */
const SILENT = 1000;
const SILENT_AFTER_CHANGE = 400;
/** Milliseconds for which a change of the network makes impatient. */
const IMPATIENT = 5000;

/** What flows over one path. */
export class Flow {
  constructor() {
    this.packets = this.from = 0;
    this.last = this.fromAt = this.changedAt = -Infinity;
    this.busy = false;
  }

  /** What was counted so far says nothing about what comes next. */
  reset() {
    this.packets = this.from = 0;
    this.last = this.fromAt = -Infinity;
    this.busy = false;
  }

  /** The network has changed. @param {number} now milliseconds */
  changed(now) {
    this.changedAt = now;
  }

  /**
   * Takes the number of packets that have come so far and says whether the path is lost.
   * @param {number} now milliseconds
   * @param {number} packets
   */
  lost(now, packets) {
    if (packets < this.packets || this.last === -Infinity) {
      Object.assign(this, { packets, from: packets, fromAt: now, last: now, busy: false });
      return false;
    }
    if (packets > this.packets) {
      this.packets = packets;
      this.last = now;
      const passed = now - this.fromAt;
      if (passed >= 1000) {
        this.busy = (packets - this.from) * 1000 >= BUSY * passed;
        this.from = packets;
        this.fromAt = now;
      }
      return false;
    }
    const patience = now - this.changedAt < IMPATIENT ? SILENT_AFTER_CHANGE : SILENT;
    return this.busy && now - this.last >= patience;
  }
}

/**
 * The packets of the doctor's media that have come so far.
 * @param {RTCStatsReport} report
 */
export function received(report) {
  let packets = 0;
  report.forEach((/** @type {any} */ entry) => {
    if (entry.type === "inbound-rtp") packets += entry.packetsReceived ?? 0;
  });
  return packets;
}
