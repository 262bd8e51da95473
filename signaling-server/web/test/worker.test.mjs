// The service worker in a small world of its own: what it keeps, what it answers, and what it never touches.

import "./webcrypto.mjs";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const source = readFileSync(new URL("../worker.js", import.meta.url), "utf8");
const ORIGIN = "https://lege.example";
const SECRET = "iwHX45R2ALMJKoWWXqX19Q";
const FILES = { "/": "<!doctype html>", "/app.js": "start()", "/locales/nb.json": "{}" };
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** A browser's worker with its caches and its network; `net` answers a path with [status, body], or throws. */
function world({ hash = "one", files = FILES, net, stored = new Map() }) {
  const asked = [];
  const listeners = {};
  const caches = {
    open: async (name) => {
      if (!stored.has(name)) stored.set(name, new Map());
      return { put: async (path, answer) => void stored.get(name).set(path, await answer.text()) };
    },
    delete: async (name) => stored.delete(name),
    keys: async () => [...stored.keys()],
    match: async (path, { cacheName }) => (stored.get(cacheName)?.has(path) ? new Response(stored.get(cacheName).get(path)) : undefined),
  };
  const fetch = async (request) => {
    asked.push(request);
    const [status, body] = net(typeof request === "string" ? request : request.path);
    return new Response(body, { status });
  };
  const list = `const PAGE = ${JSON.stringify({ hash, files: Object.fromEntries(Object.entries(files).map(([path, body]) => [path, sha256(body)])) })};`;
  assert.equal(source.split('const PAGE = { hash: "", files: {} };').length, 2, "the server knows this line");
  const scope = { caches, fetch, crypto, URL, Uint8Array, Object, Promise, Error, location: { origin: ORIGIN }, skipWaiting: async () => {}, addEventListener: (type, does) => { listeners[type] = does; } };
  vm.runInNewContext(source.replace('const PAGE = { hash: "", files: {} };', list), scope);
  const lasting = async (type) => {
    let work;
    listeners[type]({ waitUntil: (promise) => { work = promise; } });
    await work;
  };
  /** A request as the page makes it; its answer, or undefined where the worker lets it pass. */
  const request = async (path, { mode = "cors", method = "GET", url = ORIGIN + path } = {}) => {
    let answer;
    const looked = [];
    const of = { path, mode, method, get url() { looked.push("url"); return url; } };
    listeners.fetch({ request: of, respondWith: (promise) => { answer = promise; } });
    return { answer: answer && await answer, looked };
  };
  return { stored, asked, lasting, request };
}

const online = (path) => (path in FILES ? [200, FILES[path]] : [404, "none"]);
const offline = () => { throw new TypeError("no network"); };

test("it keeps the page's files under the page's hash and drops every other page's", async () => {
  const { stored, lasting } = world({ net: online, stored: new Map([["page old", new Map()]]) });
  await lasting("install");
  await lasting("activate");
  assert.deepEqual([...stored.keys()], ["page one"]);
  assert.deepEqual(Object.fromEntries(stored.get("page one")), FILES);
});

test("half a page is no page", async () => {
  for (const net of [(path) => (path === "/app.js" ? [200, "another page's"] : online(path)), (path) => (path === "/app.js" ? [503, "busy"] : online(path)), offline]) {
    const { stored, lasting } = world({ net });
    await assert.rejects(lasting("install"));
    assert.equal(stored.size, 0);
  }
});

test("the network comes first, and what is kept only without it", async () => {
  let net = online;
  const { lasting, request } = world({ net: (path) => net(path) });
  await lasting("install");
  net = () => [200, "newer"];
  assert.equal(await (await request("/app.js")).answer.text(), "newer");
  for (net of [offline, () => [502, "the server is away"]]) {
    assert.equal(await (await request("/app.js")).answer.text(), FILES["/app.js"]);
    assert.equal(await (await request("/", { mode: "navigate" })).answer.text(), FILES["/"]);
  }
  net = () => [404, "none"];
  assert.equal((await request("/", { mode: "navigate" })).answer.status, 404);
});

test("the link's secret is not read, and names nothing that is kept", async () => {
  let net = online;
  const { stored, asked, lasting, request } = world({ net: (path) => net(path) });
  await lasting("install");
  for (net of [online, offline]) {
    const { answer, looked } = await request("/", { mode: "navigate", url: `${ORIGIN}/#${SECRET}` });
    assert.equal(await answer.text(), FILES["/"]);
    assert.deepEqual(looked, []);
  }
  assert.ok(asked.every((one) => typeof one !== "string" || !one.includes(SECRET)));
  assert.ok(!JSON.stringify([...stored].map(([name, files]) => [name, ...files])).includes(SECRET));
});

test("the server's own answers pass by, and so does whatever is not the page's", async () => {
  const { stored, lasting, request } = world({ net: online });
  await lasting("install");
  const before = JSON.stringify([...stored.get("page one")]);
  for (const [path, how] of [["/v1/note", { method: "POST" }], ["/app.js", { method: "POST" }], ["/healthz", {}], ["/app.nb.webmanifest", {}], ["/worker.js", {}],
    ["/toString", {}], ["/app.js", { url: "https://another.example/app.js" }]]) {
    assert.equal((await request(path, how)).answer, undefined, path);
  }
  assert.equal(JSON.stringify([...stored.get("page one")]), before);
});
