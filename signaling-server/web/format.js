// Times and numbers as people say them. Pure: the clock and the language are arguments.

/** @typedef {"nb" | "nn" | "en"} Language */

const LOCALES = { nb: ["nb-NO", "no"], nn: ["nn-NO", "nb-NO", "no"], en: ["en-GB"] };

/**
 * A time with its own zone, as the clinic wrote it.
 * @typedef {object} ClinicTime
 * @property {number} at milliseconds since 1970
 * @property {number} wall the clinic's wall clock as if it were UTC, milliseconds
 * @property {number} offset minutes east of UTC
 */

/**
 * Reads RFC 3339; null when it is none.
 * @param {unknown} text
 * @returns {ClinicTime | null}
 */
export function clinicTime(text) {
  if (typeof text !== "string") return null;
  const parts = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text);
  const at = Date.parse(text);
  if (!parts || Number.isNaN(at)) return null;
  const offset = parts[1] ? (parts[1] === "-" ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3])) : 0;
  return { at, wall: at + offset * 60000, offset };
}

/**
 * The day beside another day.
 * @param {ClinicTime} time
 * @param {number} now milliseconds since 1970
 * @returns {"today" | "tomorrow" | "other"}
 */
export function dayOf(time, now) {
  const day = Math.floor(time.wall / 86400000) - Math.floor((now + time.offset * 60000) / 86400000);
  return day === 0 ? "today" : day === 1 ? "tomorrow" : "other";
}

/**
 * "tirsdag 1. desember"
 * @param {ClinicTime} time
 * @param {Language} language
 */
export function date(time, language) {
  return new Intl.DateTimeFormat(LOCALES[language], { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }).format(time.wall);
}

/**
 * "10:30"
 * @param {ClinicTime} time
 */
export function clock(time) {
  return new Date(time.wall).toISOString().slice(11, 16);
}

/**
 * Says whether the reader's own clock shows something else at that moment, so that the zone must be named.
 * @param {ClinicTime} time
 * @param {number} [here] minutes east of UTC where the reader is
 */
export function foreign(time, here = -new Date(time.at).getTimezoneOffset()) {
  return here !== time.offset;
}

/**
 * A length of time as "4:05" or "1:04:05".
 * @param {number} ms
 */
export function elapsed(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/**
 * A phone number grouped for reading: Norwegian mobile numbers 3-2-3, other eight-digit ones 2-2-2-2; what the clinic
 * has grouped itself stays.
 * @param {string} number
 */
export function phone(number) {
  const trimmed = number.trim();
  const digits = trimmed.replace(/^(\+47|0047)/, "").replace(/\D/g, "");
  const plain = /^(\+47|0047)?\s*\d{8}$/.test(trimmed);
  if (!plain) return trimmed;
  return /^[49]/.test(digits) ? digits.replace(/(...)(..)(...)/, "$1 $2 $3") : digits.replace(/(..)(..)(..)(..)/, "$1 $2 $3 $4");
}

/**
 * The same as a tel: address; empty when it cannot be one.
 * @param {string} number
 */
export function tel(number) {
  const dialled = number.replace(/[^\d+]/g, "");
  return /^\+?\d{3,15}$/.test(dialled) ? `tel:${dialled}` : "";
}
