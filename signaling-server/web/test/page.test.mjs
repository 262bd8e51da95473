// What can be tested of the page without a browser: words, colours, the PIN, times and numbers, kinds of browsers.

import "./webcrypto.mjs";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { inApp, kind } from "../browser.js";
import { clinicTime, clock, dayOf, elapsed, foreign, phone, tel } from "../format.js";
import { choose, LANGUAGES, translator } from "../i18n.js";
import { boxes, complete, pasted, typed } from "../pin.js";

const web = new URL("../", import.meta.url);
const read = (name) => readFileSync(new URL(name, web), "utf8");
const sources = [...readdirSync(web).filter((name) => name.endsWith(".js") && !name.startsWith("access")), ...readdirSync(new URL("views/", web)).map((name) => `views/${name}`)];
const catalogues = Object.fromEntries(LANGUAGES.map(([code]) => [code, JSON.parse(read(`../../core/i18n/locales/page.${code}.json`))]));

test("every key that is used exists, and every key that exists is used", () => {
  const used = new Set();
  for (const name of [...sources, "app.go"]) for (const [, key] of read(name).matchAll(/"([a-zA-Z][a-zA-Z0-9]*(?:\.[a-zA-Z0-9]+)*)"/g)) used.add(key);
  const nb = Object.keys(catalogues.nb);
  for (const key of nb) assert.ok(used.has(key), `${key} is used nowhere`);
  for (const name of sources) {
    for (const [, key] of read(name).matchAll(/\bt\("([^"]+)"/g)) assert.ok(key in catalogues.nb, `${name} asks for ${key}`);
    for (const [, key] of read(name).matchAll(/"([a-zA-Z]+\.[a-zA-Z0-9.]+)"/g)) {
      if (!/\.(js|css|json|svg|html)$/.test(key)) assert.ok(key in catalogues.nb, `${name} names ${key}`);
    }
  }
});

test("the languages hold the same keys with the same places for values", () => {
  const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort().join();
  for (const [code, catalogue] of Object.entries(catalogues)) {
    assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(catalogues.nb).sort(), code);
    for (const [key, words] of Object.entries(catalogue)) {
      assert.equal(places(words), places(catalogues.nb[key]), `${code} ${key}`);
      assert.ok(words.trim() && !/\b(error|ugyldig|invalid)\b/i.test(words), `${code} ${key}`);
    }
  }
});

test("the words of a stop that all must know", () => {
  const t = translator(catalogues.nb);
  assert.equal(`${t("mismatch.title")}. ${t("mismatch.text")}`, "Forbindelsen kunne ikke sikres. Ingenting ble vist eller sendt. Ring legekontoret.");
  assert.equal(`${t("notValid.title")}`, "Lenken gjelder ikke lenger");
  assert.equal(t("pin.wrong.other", { n: 4 }), "Koden stemte ikke. Du har 4 forsøk igjen.");
});

test("the language is the patient's choice, else the invitation's, else the browser's", () => {
  assert.equal(choose("en", "nb", ["nb-NO"]), "en");
  assert.equal(choose(null, "nn", ["en-GB"]), "nn");
  assert.equal(choose(null, "", ["nb-NO", "en"]), "nb");
  assert.equal(choose(null, null, ["no"]), "nb");
  assert.equal(choose(null, null, ["pl-PL"]), "en");
});

test("text has 4.5:1 and edges have 3:1, in both themes and in the call", () => {
  const css = read("tokens.css");
  const light = tokens(css.slice(0, css.indexOf("@media")));
  const dark = tokens(css.slice(css.indexOf("@media"), css.indexOf(".night {")));
  const night = tokens(css.slice(css.lastIndexOf(".night {")));
  assert.deepEqual(night, dark, "the call wears the dark theme");
  for (const [theme, of] of Object.entries({ light, dark })) {
    for (const ground of ["ground", "card", "raised", "accent-soft"]) {
      for (const ink of ["text", "soft"]) at(theme, of, ink, ground, 4.5);
    }
    for (const ground of ["ground", "card"]) for (const ink of ["accent", "stop"]) at(theme, of, ink, ground, 4.5);
    for (const [ink, ground] of [["on-accent", "accent"], ["on-accent", "accent-press"], ["on-stop", "stop-fill"], ["wait", "wait-soft"], ["ok", "ok-soft"], ["faint", "raised"]]) at(theme, of, ink, ground, 4.5);
    for (const ground of ["ground", "card", "raised"]) for (const edge of ["edge", "accent", "ok", "wait"]) at(theme, of, edge, ground, 3);
  }
});

function at(theme, of, ink, ground, least) {
  const [a, b] = [luminance(of[ink]), luminance(of[ground])].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  assert.ok(ratio >= least, `${theme}: ${ink} on ${ground} is ${ratio.toFixed(2)}:1, wanted ${least}`);
}

const tokens = (css) => Object.fromEntries([...css.matchAll(/--([\w-]+): (#[0-9A-F]{6})/g)].map(([, name, value]) => [name, value]));

function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test("a PIN is typed, pasted and filled in", () => {
  for (const [before, raw, after] of [
    ["", "4", "4"], ["48", "482", "482"], ["482", "482x", "482"], ["482913", "4829135", "482913"], ["482", "48", "48"], ["482", "", ""],
    ["", "482913", "482913"], ["", "482 913", "482913"], ["", "PIN: 48 29 13", "482913"], ["4", "4482913", "448291"],
    ["", "PIN-koden din er 482913. Timen er 1.12. kl. 10:30", "482913"], ["", "Time 10:30. Kode 482-913", "482913"], ["", "٤٨٢٩١٣", "482913"], ["", "４８２９１３", "482913"],
  ]) assert.equal(typed(before, raw), after, `${before} -> ${raw}`);
  assert.equal(pasted("ring 22 00 00 00, kode 123456"), "123456");
  assert.ok(complete("000000") && !complete("00000"));
  assert.deepEqual(boxes("48").map((box) => box.digit).join(""), "48");
  assert.equal(boxes("48").findIndex((box) => box.next), 2);
  assert.equal(boxes("482913").findIndex((box) => box.next), -1);
});

test("times are the clinic's own, whatever the phone's zone", () => {
  const time = clinicTime("2026-12-01T09:30:00+01:00");
  assert.equal(clock(time), "09:30");
  assert.equal(time.at, Date.parse("2026-12-01T08:30:00Z"));
  assert.equal(dayOf(time, Date.parse("2026-12-01T22:59:00Z")), "today");
  assert.equal(dayOf(time, Date.parse("2026-11-30T23:01:00Z")), "today");
  assert.equal(dayOf(time, Date.parse("2026-11-30T22:59:00Z")), "tomorrow");
  assert.equal(dayOf(time, Date.parse("2026-11-29T12:00:00Z")), "other");
  assert.ok(foreign(time, 0) && !foreign(time, 60));
  for (const wrong of ["", "i morgen", "2026-12-01", "2026-13-01T09:30:00Z", null, 7]) assert.equal(clinicTime(wrong), null);
  assert.equal(elapsed(724_000), "12:04");
  assert.equal(elapsed(3_845_000), "1:04:05");
});

test("numbers are grouped as people say them", () => {
  assert.equal(phone("22000000"), "22 00 00 00");
  assert.equal(phone("+4798765432"), "987 65 432");
  assert.equal(phone("22 00 00 00"), "22 00 00 00");
  assert.equal(tel("22 00 00 00"), "tel:22000000");
  assert.equal(tel("+47 987 65 432"), "tel:+4798765432");
  assert.equal(tel("spør i luken"), "");
});

test("browsers inside other apps are known", () => {
  const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
  const android = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
  assert.equal(inApp(`${iphone} Mobile/15E148 [FBAN/FBIOS;FBAV/400]`), "Facebook");
  assert.equal(inApp(`${iphone} Mobile/15E148`), "");
  assert.equal(inApp(`${iphone} Version/18.0 Mobile/15E148 Safari/604.1`), null);
  assert.equal(inApp(android), null);
  assert.equal(inApp(android.replace("Pixel 8)", "Pixel 8; wv)")), "");
  assert.equal(kind(android), "android");
  assert.equal(kind("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", 5), "iphone");
  assert.equal(kind("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"), "firefox");
});

test("nothing on the page parses markup, sets style by attribute or asks another host", () => {
  for (const name of [...sources, "index.html"]) {
    const text = read(name);
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, name);
    assert.doesNotMatch(text, / style=|setAttribute\("style"/, name);
    assert.doesNotMatch(text.replace(/http:\/\/www\.w3\.org\/2000\/svg/g, ""), /["'`]https?:\/\//, name);
  }
});
