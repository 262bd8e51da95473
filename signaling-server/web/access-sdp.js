// The gate before setRemoteDescription (docs/ACCESS.md, Negotiation and confirmation). Pure.

import { AccessError } from "./access-messages.js";

const MAX_SDP = 32 << 10;

/**
 * Lets a session description pass only if every implementation must read the same one certificate out of it: at least
 * one a=fingerprint line, all sha-256 and all alike, BUNDLE over all media, rtcp-mux, no a=crypto.
 * @param {string} sdp
 * @returns {string} the fingerprint, 64 lower-case hex digits
 */
export function gateSDP(sdp) {
  if (new TextEncoder().encode(sdp).length > MAX_SDP) throw refused("too long");
  const lines = sdp.replaceAll("\r\n", "\n").split("\n");
  // A CR alone and a NUL are read differently by different parsers.
  if (lines.some((line) => /[\r\0]/.test(line))) throw refused("control character");
  const fingerprint = oneFingerprint(sdp, lines);
  checkSections(lines);
  return fingerprint;
}

/** @param {string} why */
function refused(why) {
  return new AccessError("sdp", why);
}

/**
 * @param {string} sdp
 * @param {string[]} lines
 */
function oneFingerprint(sdp, lines) {
  let count = 0;
  let fingerprint = "";
  for (const line of lines) {
    const value = cutPrefixFold(line, "a=fingerprint:");
    if (value === null) continue;
    const got = parseFingerprint(value);
    if (got === null) throw refused("fingerprint is not sha-256");
    if (count > 0 && got !== fingerprint) throw refused("two fingerprints");
    fingerprint = got;
    count++;
  }
  // A parser more lenient than this one might find further ones, behind a space for example.
  if (count === 0 || asciiLower(sdp).split("fingerprint").length - 1 !== count) {
    throw refused("no fingerprint, or one in an odd place");
  }
  return fingerprint;
}

/**
 * Reads "sha-256 AB:CD:...", name and hex without case.
 * @param {string} value
 */
function parseFingerprint(value) {
  const digits = cutPrefixFold(value, "sha-256 ");
  if (digits === null || !/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){31}$/.test(digits)) return null;
  return asciiLower(digits.replaceAll(":", ""));
}

/** @param {string[]} lines */
function checkSections(lines) {
  /** @type {string[]} */
  const bundle = [];
  /** @type {{rejected: boolean, application: boolean, mux: boolean, mid: string}[]} */
  const sections = [];
  for (const line of lines) {
    if (cutPrefixFold(line, "a=crypto") !== null) throw refused("a=crypto");
    const section = sections[sections.length - 1];
    if (line.startsWith("m=")) {
      const [media, port] = words(line.slice(2));
      sections.push({ rejected: port === "0", application: media === "application", mux: false, mid: "" });
    } else if (!section) {
      if (line.startsWith("a=group:BUNDLE")) bundle.push(...words(line.slice("a=group:BUNDLE".length)));
    } else if (line === "a=rtcp-mux") {
      section.mux = true;
    } else if (line === "a=bundle-only") {
      section.rejected = false; // port 0 then means bundled, not rejected
    } else if (line.startsWith("a=mid:")) {
      section.mid = line.slice("a=mid:".length).trim();
    }
  }
  const active = sections.filter((s) => !s.rejected);
  if (active.length === 0) throw refused("no media");
  if (active.some((s) => !bundle.includes(s.mid) || (!s.mux && !s.application))) {
    throw refused("a section without BUNDLE or rtcp-mux");
  }
}

/** @param {string} text */
function words(text) {
  return text.split(/\s+/).filter((word) => word !== "");
}

/**
 * What stands behind an ASCII prefix, whatever its case; null without it.
 * @param {string} line
 * @param {string} prefix
 */
function cutPrefixFold(line, prefix) {
  return asciiLower(line.slice(0, prefix.length)) === prefix ? line.slice(prefix.length) : null;
}

/**
 * Lowers A to Z and nothing else, so that both sides fold alike.
 * @param {string} text
 */
function asciiLower(text) {
  return text.replace(/[A-Z]/g, (c) => c.toLowerCase());
}
