// The page's service worker: keeps the files of one page, so that it opens without a network too. The network comes
// first; what is kept answers only when the network does not. It keeps the page's files and nothing else: no answer of
// the server's own, no ciphertext, no secret. The link's secret stands in the address of a navigation, which is passed
// on unread and never becomes the name of anything kept.

const PAGE = { hash: "", files: {} }; // the server writes in the page's files, each with its SHA-256, and the hash of that list

/**
 * What a worker has that a window has not.
 * @typedef {Event & {waitUntil: (work: Promise<unknown>) => void}} Lasting
 * @typedef {Lasting & {request: Request, respondWith: (answer: Promise<Response>) => void}} Asked
 */
const worker = /** @type {any} */ (globalThis);
/** @type {Record<string, string>} */
const files = PAGE.files;
const KEPT = `page ${PAGE.hash}`;

worker.addEventListener("install", (/** @type {Lasting} */ event) => event.waitUntil(keep().then(() => worker.skipWaiting())));
worker.addEventListener("activate", (/** @type {Lasting} */ event) => event.waitUntil(dropOthers()));
worker.addEventListener("fetch", (/** @type {Asked} */ event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") return event.respondWith(answer(request, "/"));
  const { origin, pathname } = new URL(request.url);
  if (origin === location.origin && pathname in files) event.respondWith(answer(request, pathname));
});

/**
 * From the network, else what is kept at a path.
 * @param {Request} request
 * @param {string} path
 */
async function answer(request, path) {
  const kept = () => caches.match(path, { cacheName: KEPT });
  try {
    const fresh = await fetch(request);
    return fresh.status < 500 ? fresh : (await kept()) ?? fresh;
  } catch (error) {
    const old = await kept();
    if (old) return old;
    throw error;
  }
}

/** Keeps the files of this page, all of them or none: a file of another page, as while the server is renewed, is refused. */
async function keep() {
  const cache = await caches.open(KEPT);
  try {
    await Promise.all(Object.entries(files).map(async ([path, sum]) => {
      const fresh = await fetch(path, { cache: "no-cache", credentials: "omit" });
      if (!fresh.ok || (await sha256(await fresh.clone().arrayBuffer())) !== sum) throw new Error(`${path} is not of this page`);
      await cache.put(path, fresh);
    }));
  } catch (error) {
    await caches.delete(KEPT);
    throw error;
  }
}

async function dropOthers() {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
}

/** @param {ArrayBuffer} bytes in hex */
async function sha256(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
