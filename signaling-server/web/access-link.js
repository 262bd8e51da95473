// The link's secret and its typed code (docs/ACCESS.md, The link).

import { fromBase64url } from "./access-bytes.js";

/** @typedef {import("./access-bytes.js").Bytes} Bytes */

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LENGTH = 28;

/**
 * Reads what stands behind the # of a link: percent-decoded once, exactly 22 characters of the base64url alphabet, then
 * the end or a character outside it. Null leads to the typed-code screen.
 * @param {string} fragment without the #
 * @returns {Bytes | null} the secret, 16 bytes
 */
export function parseFragment(fragment) {
  // Byte by byte and without throwing: a stray % is a character like any other outside the alphabet.
  const text = fragment.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  const written = /^[A-Za-z0-9_-]*/.exec(text)?.[0] ?? "";
  return written.length === 22 ? fromBase64url(written) : null;
}

/**
 * The secret of the first link in a pasted message.
 * @param {string} text
 * @returns {Bytes | null}
 */
export function findLink(text) {
  for (const head of text.matchAll(/https?:\/\/[^\s/#?]+\/?#/gi)) {
    const secret = parseFragment(text.slice(head.index + head[0].length));
    if (secret) return secret;
  }
  return null;
}

/**
 * Reads a typed code: case ignored, spaces and dashes dropped, I and L read as 1, O as 0. Null when it is none; a slip
 * is found by the check, before anything goes to the network.
 * @param {string} text
 * @returns {Promise<Bytes | null>}
 */
export async function parseTypedCode(text) {
  let bits = "";
  // White space, dashes (Unicode Pd, minus signs, hyphen bullet, soft hyphen), the invisible joiners of mail programs.
  for (const c of text.replace(/[\p{White_Space}\p{Pd}\u2212\u02d7\u2043\u2796\u00ad\u200b\u2060\ufeff]/gu, "")) {
    const digit = crockfordDigit(c);
    if (digit < 0 || bits.length === 5 * CODE_LENGTH) return null;
    bits += digit.toString(2).padStart(5, "0");
  }
  if (bits.length !== 5 * CODE_LENGTH) return null;
  const secret = Uint8Array.from({ length: 16 }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8), 2));
  return bits.slice(128) === (await codeCheck(secret)) ? secret : null;
}

/** @param {string} c */
function crockfordDigit(c) {
  if (/^[ILil]$/.test(c)) return 1;
  if (/^[Oo]$/.test(c)) return 0;
  return /^[0-9A-Za-z]$/.test(c) ? CROCKFORD.indexOf(c.toUpperCase()) : -1;
}

/**
 * The last twelve bits of a typed code: two zeros and ten bits of the hash.
 * @param {Bytes} secret
 */
async function codeCheck(secret) {
  const head = new TextEncoder().encode("legekonsultasjon/1 typed code");
  const text = new Uint8Array([...head, ...secret]);
  const sum = new DataView(await crypto.subtle.digest("SHA-256", text)).getUint16(0);
  return "00" + (sum >> 6).toString(2).padStart(10, "0");
}

/**
 * Reads whatever a patient pastes or types into the code field: a message with a link in it, or a typed code.
 * @param {string} text
 * @returns {Promise<Bytes | null>}
 */
export async function findSecret(text) {
  return findLink(text) ?? (await parseTypedCode(text));
}
