// Bytes: joined, compared, hashed, and as text.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** @param {string} text */
export const utf8 = (text) => new TextEncoder().encode(text);

/**
 * @param {...(Uint8Array | number)} parts bytes, or one byte
 * @returns {Bytes}
 */
export function join(...parts) {
  return new Uint8Array(parts.flatMap((part) => (typeof part === "number" ? [part] : Array.from(part))));
}

/** @param {Bytes} data */
export async function sha256(data) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/**
 * Compares without telling where the difference is.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function sameBytes(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/**
 * base64url without padding.
 * @param {Uint8Array} bytes
 */
export function toBase64url(bytes) {
  const text = btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/**
 * The bytes of base64url without padding; null for any other spelling of them.
 * @param {string} text
 * @returns {Bytes | null}
 */
export function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = Uint8Array.from(raw, (c) => c.charCodeAt(0));
  return toBase64url(bytes) === text ? bytes : null;
}
