// The words of the page: one flat catalogue per language, served from core/i18n.

/**
 * @typedef {import("./format.js").Language} Language
 * @typedef {Record<string, string>} Catalogue
 * @typedef {(key: string, values?: Record<string, string | number>) => string} Translate
 */

/** The languages there are, with the names their speakers use. @type {[Language, string][]} */
export const LANGUAGES = [["nb", "Bokmål"], ["nn", "Nynorsk"], ["en", "English"]];

/**
 * Chooses: what the patient chose, else the invitation's language, else the browser's.
 * @param {string | null | undefined} chosen
 * @param {string | null | undefined} invitation
 * @param {readonly string[]} browser
 * @returns {Language}
 */
export function choose(chosen, invitation, browser) {
  for (const wish of [chosen, invitation, ...browser]) {
    const known = known_(wish);
    if (known) return known;
  }
  return browser.length ? "en" : "nb";
}

/**
 * @param {string | null | undefined} wish
 * @returns {Language | null}
 */
function known_(wish) {
  const short = (wish ?? "").toLowerCase().split(/[-_]/)[0];
  if (short === "no" || short === "nb" || short === "da" || short === "sv") return "nb";
  return short === "nn" || short === "en" ? short : null;
}

/**
 * Makes the function that looks words up. `{name}` in a text is replaced by the value of that name.
 * @param {Catalogue} catalogue
 * @returns {Translate}
 */
export function translator(catalogue) {
  return (key, values = {}) => (catalogue[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * Fetches a catalogue from the page's own server.
 * @param {Language} language
 * @returns {Promise<Catalogue>}
 */
export async function load(language) {
  const answer = await fetch(new URL(`locales/${language}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`catalogue ${language}: ${answer.status}`);
  return answer.json();
}
