// The PIN as it is typed and pasted. Pure.

/** How many digits a PIN has. */
export const PIN_LENGTH = 6;

/**
 * Digits of a text in any script that phones type, as 0 to 9; everything else is dropped.
 * @param {string} text
 */
export function digits(text) {
  let out = "";
  for (const sign of text.normalize("NFKC")) {
    if (sign >= "0" && sign <= "9") out += sign;
    else {
      const code = sign.codePointAt(0) ?? 0;
      if (code >= 0x0660 && code <= 0x0669) out += code - 0x0660;
      else if (code >= 0x06f0 && code <= 0x06f9) out += code - 0x06f0;
    }
  }
  return out;
}

/**
 * The PIN in a pasted text: six digits that stand alone, written together or in equal groups. A text that holds none
 * gives its first digits.
 * @param {string} text
 */
export function pasted(text) {
  for (const [run] of text.normalize("NFKC").matchAll(/\d+(?:[ -]\d+)*/g)) {
    if (/^(\d{6}|\d{3}[ -]\d{3}|\d{2}[ -]\d{2}[ -]\d{2})$/.test(run)) return digits(run);
  }
  return digits(text).slice(0, PIN_LENGTH);
}

/**
 * The new value of the field after an input event. A leap of more than one sign is a paste or a code filled in by the
 * phone.
 * @param {string} before the field's value before
 * @param {string} raw what stands in the field now
 */
export function typed(before, raw) {
  return raw.length - before.length > 1 ? pasted(raw) : digits(raw).slice(0, PIN_LENGTH);
}

/** @param {string} pin */
export function complete(pin) {
  return pin.length === PIN_LENGTH;
}

/**
 * What the six drawn boxes show: the digits, and which box the next one goes to (none when full).
 * @param {string} pin
 * @returns {{digit: string, next: boolean}[]}
 */
export function boxes(pin) {
  return Array.from({ length: PIN_LENGTH }, (_, i) => ({ digit: pin[i] ?? "", next: i === pin.length }));
}
