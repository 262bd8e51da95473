// Takes pictures of every state of the page in a real Chromium:
//   node --experimental-websocket shoot.mjs OUT [state,state...] [size,size...] [scheme,scheme...] [language]
// Sizes: phone small desk large (200 % text at phone width) keypad (what a keypad leaves of a phone) tablet landscape.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { STATES } from "./states.js";

const WEB = fileURLToPath(new URL("../", import.meta.url));
const LOCALES = fileURLToPath(new URL("../../../core/i18n/locales/", import.meta.url));
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types worker";
const SIZES = {
  phone: [390, 844, 2], small: [360, 640, 2], desk: [1280, 800, 1], large: [390, 844, 2], keypad: [390, 464, 2], smallKeypad: [360, 352, 2], tablet: [820, 1180, 1], landscape: [844, 390, 2],
};

const [out = "out", states = "", sizes = "phone", schemes = "light", language = "nb"] = process.argv.slice(2);
mkdirSync(out, { recursive: true });

const server = createServer((request, response) => {
  const path = normalize(new URL(request.url ?? "/", "http://x").pathname);
  const file = path.startsWith("/locales/") ? join(LOCALES, `page.${path.slice(9)}`) : join(WEB, path);
  try {
    const body = readFileSync(file);
    response.writeHead(200, { "Content-Type": KINDS[extname(file)] ?? "text/plain", "Content-Security-Policy": CSP });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
const origin = `http://127.0.0.1:${server.address().port}`;

const profile = mkdtempSync(join(tmpdir(), "preview-"));
const chromium = spawn("/usr/bin/chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
const address = await new Promise((resolve) => {
  let heard = "";
  chromium.stderr.on("data", (data) => {
    heard += data;
    const found = /DevTools listening on (ws:\S+)/.exec(heard);
    if (found) resolve(found[1]);
  });
});

/** Speaks to one target over the remote debugging protocol. */
async function connect(url) {
  const socket = new WebSocket(url);
  await new Promise((resolve) => { socket.onopen = resolve; });
  let last = 0;
  const waiting = new Map();
  const events = [];
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.id) waiting.get(message.id)?.(message);
    else events.push(message);
  };
  return {
    events,
    ask: (method, params = {}) => new Promise((resolve, reject) => {
      waiting.set(++last, (answer) => (answer.error ? reject(new Error(`${method}: ${answer.error.message}`)) : resolve(answer.result)));
      socket.send(JSON.stringify({ id: last, method, params }));
    }),
    close: () => socket.close(),
  };
}

const { port } = new URL(address);
const targets = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
const page = await connect(targets.find((target) => target.type === "page").webSocketDebuggerUrl);
await page.ask("Page.enable");
await page.ask("Runtime.enable");
await page.ask("Log.enable");
await page.ask("Emulation.setTimezoneOverride", { timezoneId: "Europe/Oslo" });

const evaluate = async (expression) => (await page.ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })).result.value;
let bad = 0;
for (const state of states ? states.split(",") : Object.keys(STATES)) {
  for (const size of sizes.split(",")) {
    for (const scheme of schemes.split(",")) {
      const [width, height, deviceScaleFactor] = SIZES[size];
      await page.ask("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor, mobile: size !== "desk" });
      await page.ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
      const typing = size.toLowerCase().endsWith("keypad") ? "&type=482&tight" : "";
      await page.ask("Page.navigate", { url: `${origin}/preview/preview.html?state=${state}&language=${language}${typing}` });
      await evaluate("new Promise((done) => { let n = 0; const look = () => document.querySelector('[data-screen]') || n++ > 200 ? done() : setTimeout(look, 20); look(); })");
      if (size === "large") await evaluate("document.documentElement.style.fontSize = '200%'");
      await evaluate("document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 350)))");
      const wide = await evaluate(`document.documentElement.scrollWidth > ${width}`);
      const small = await evaluate("[...document.querySelectorAll('a,button,select,input,textarea')].filter((e) => { const r = e.getBoundingClientRect(); return r.width && (r.height < 43.5 || r.width < 43.5); }).map((e) => e.id || e.className).join()");
      const tall = await evaluate("document.documentElement.scrollHeight - innerHeight");
      if (wide || small) {
        bad += 1;
        console.log(`${state} ${size}: ${wide ? "wider than the screen " : ""}${small ? `target under 44 px: ${small}` : ""}`);
      }
      if (tall > 0 && size === "phone") console.log(`${state} ${size}: scrolls by ${tall}`);
      const { data } = await page.ask("Page.captureScreenshot", { format: "png" });
      writeFileSync(join(out, `${state}-${size}-${scheme}.png`), Buffer.from(data, "base64"));
    }
  }
}
for (const { method, params } of page.events) {
  if (method === "Runtime.exceptionThrown") console.log("exception", params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
  if (method === "Log.entryAdded" && params.entry.level === "error") console.log("log", params.entry.text, params.entry.url ?? "");
}
await page.ask("Browser.close").catch(() => {});
server.close();
setTimeout(() => { chromium.kill(); rmSync(profile, { recursive: true, force: true }); process.exit(bad ? 1 : 0); }, 500);
