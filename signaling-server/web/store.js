// What the page remembers. sessionStorage: the link secret and the place, so that a reload in this tab goes on where it
// was. IndexedDB: the key that proves this browser, so that it is not asked for the PIN again. Both may be missing
// (private windows): then a reload asks for the PIN.

const SECRET = "secret";
const PLACE = "place";
const LANGUAGE = "language";
const NOTE = "note";
const DATABASE = "legekonsultasjon";
const KEYS = "devices";

/**
 * @typedef {{inside: boolean, checked: boolean, microphoneOn: boolean, cameraOn: boolean, goOnInApp?: boolean}} Place
 * @typedef {{invitation: string, privateKey: CryptoKey, publicKey: Uint8Array, proven: boolean}} DeviceKey
 */

/** @param {string} key */
function read(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string | null} value */
function write(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // without storage the page works until it is reloaded
  }
}

/** The link secret as its 22 characters, or null. */
export const readSecret = () => read(SECRET);
/** @param {string | null} secret */
export const writeSecret = (secret) => write(SECRET, secret);
/** The language that the patient chose, or null. */
export const readLanguage = () => read(LANGUAGE);
/** @param {string} language */
export const writeLanguage = (language) => write(LANGUAGE, language);

/** What the sealed note said before a reload, or null. */
export function readNote() {
  try {
    return JSON.parse(read(NOTE) ?? "null");
  } catch {
    return null;
  }
}

/** @param {object | null} note */
export const writeNote = (note) => write(NOTE, note && JSON.stringify(note));

/** @returns {Place} */
export function readPlace() {
  const none = { inside: false, checked: false, microphoneOn: true, cameraOn: true };
  try {
    return { ...none, ...JSON.parse(read(PLACE) ?? "{}") };
  } catch {
    return none;
  }
}

/** @param {Place | null} place */
export const writePlace = (place) => write(PLACE, place && JSON.stringify(place));

/** @returns {Promise<IDBDatabase>} */
function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(KEYS, { keyPath: "invitation" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(keys: IDBObjectStore) => IDBRequest<T>} ask
 * @returns {Promise<T>}
 */
async function keys(mode, ask) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(KEYS, mode);
      const request = ask(transaction.objectStore(KEYS));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

/**
 * This browser's key for an invitation, or null.
 * @param {string} invitation hex
 * @returns {Promise<DeviceKey | null>}
 */
export async function readKey(invitation) {
  try {
    return (await keys("readonly", (store) => store.get(invitation))) ?? null;
  } catch {
    return null;
  }
}

/**
 * Keeps it; reports whether it was kept.
 * @param {DeviceKey} key
 */
export async function writeKey(key) {
  try {
    await keys("readwrite", (store) => store.put(key));
    return true;
  } catch {
    return false;
  }
}

/** @param {string} invitation hex */
export async function forgetKey(invitation) {
  try {
    await keys("readwrite", (store) => store.delete(invitation));
  } catch {
    // there was none
  }
}
