// Tries the way through the relay before a call: this browser connects with itself, by relay alone. What works here works
// for a call too, whatever else the network stops.

/** Milliseconds after which the way counts as blocked. */
const PATIENCE = 12_000;

/**
 * @param {RTCIceServer[]} iceServers
 * @param {typeof RTCPeerConnection} [Connection]
 * @returns {Promise<"none" | "good" | "blocked">} none: there is no relay to try
 */
export async function tryRelay(iceServers, Connection = RTCPeerConnection) {
  if (!iceServers.some((server) => [server.urls].flat().some((url) => /^turns?:/.test(url)))) return "none";
  const ends = [0, 1].map(() => new Connection({ iceServers, iceTransportPolicy: "relay" }));
  const [near, far] = /** @type {[RTCPeerConnection, RTCPeerConnection]} */ (ends);
  let timer = 0;
  try {
    const late = new Promise((_, reject) => (timer = setTimeout(reject, PATIENCE)));
    await Promise.race([meet(near, far), late]);
    return "good";
  } catch {
    return "blocked";
  } finally {
    clearTimeout(timer);
    for (const end of ends) end.close();
  }
}

/**
 * Connects two ends and sends a word there and back.
 * @param {RTCPeerConnection} near
 * @param {RTCPeerConnection} far
 */
async function meet(near, far) {
  const hand = (/** @type {RTCPeerConnection} */ to) => (/** @type {RTCPeerConnectionIceEvent} */ { candidate }) =>
    void (candidate && to.addIceCandidate(candidate).catch(() => {}));
  near.onicecandidate = hand(far);
  far.onicecandidate = hand(near);
  const channel = near.createDataChannel("loop");
  const answered = new Promise((resolve) => (channel.onmessage = resolve));
  channel.onopen = () => channel.send("loop");
  far.ondatachannel = (event) => (event.channel.onmessage = (message) => event.channel.send(message.data));
  await near.setLocalDescription(await near.createOffer());
  await far.setRemoteDescription(/** @type {RTCSessionDescription} */ (near.localDescription));
  await far.setLocalDescription(await far.createAnswer());
  await near.setRemoteDescription(/** @type {RTCSessionDescription} */ (far.localDescription));
  await answered;
}
