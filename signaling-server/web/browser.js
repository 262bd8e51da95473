// What kind of browser this is, as far as the patient needs to be told. Pure: the user agent is an argument.

/**
 * Programs that open links in a browser of their own, where camera and microphone often fail.
 * @type {[RegExp, string][]}
 */
const IN_APP = [
  [/\bFBAN|FBAV|FB_IAB/, "Facebook"], [/\bInstagram/, "Instagram"], [/MessengerForiOS|\bMessenger\b/, "Messenger"],
  [/\bSnapchat/, "Snapchat"], [/\bLine\//, "Line"], [/musical_ly|BytedanceWebview|\bTikTok/, "TikTok"], [/\bLinkedInApp/, "LinkedIn"],
  [/\bGSA\//, "Google"], [/\bTwitter/, "X"], [/\bOutlook|\bOlk\//i, "Outlook"], [/; wv\)/, ""],
];

/**
 * The app whose inner browser this is: its name, "" when it has none, null when it is a real browser.
 * @param {string} agent
 * @returns {string | null}
 */
export function inApp(agent) {
  for (const [sign, name] of IN_APP) if (sign.test(agent)) return name;
  const apple = /iPhone|iPad|iPod/.test(agent) && /AppleWebKit/.test(agent);
  return apple && !/Safari\//.test(agent) ? "" : null;
}

/**
 * Which words of help for permissions fit.
 * @param {string} agent
 * @param {number} [touches] navigator.maxTouchPoints: an iPad calls itself a Mac
 * @returns {"iphone" | "android" | "firefox" | "safari" | "other"}
 */
export function kind(agent, touches = 0) {
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touches > 1)) return "iphone";
  if (/Android/.test(agent)) return "android";
  if (/Firefox\//.test(agent)) return "firefox";
  return /Safari\//.test(agent) && !/Chrom(e|ium)\//.test(agent) ? "safari" : "other";
}

/** Whether everything that a consultation needs is there. */
export function supported() {
  return "RTCPeerConnection" in globalThis && "WebSocket" in globalThis && !!globalThis.crypto?.subtle && "replaceTrack" in (globalThis.RTCRtpSender?.prototype ?? {});
}
