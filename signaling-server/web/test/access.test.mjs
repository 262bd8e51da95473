// The page's side of docs/ACCESS.md against the same vectors as core/access. ACCESS_VECTORS names another file of that
// form. The doctor's half below exists in this test only.

import "./webcrypto.mjs";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  AccessError, Breaks, Handshake, Session, confirmation, derive, devicePoint, findLink, findSecret, fromBase64url, gateSDP,
  makeDeviceKey, openNote, parseFragment, parseTypedCode, resumeSignature, textHash, toBase64url, toHex, verifyConfirmation,
} from "../access.js";
import { decodeMessage, encodeMessage, pad, unpad } from "../access-messages.js";

const path = process.env["ACCESS_VECTORS"] || new URL("../../../core/access/testdata/access.json", import.meta.url);
const vectors = JSON.parse(readFileSync(path, "utf8"));

const bytes = (hex) => new Uint8Array(Buffer.from(hex, "hex"));
const utf8 = (text) => new TextEncoder().encode(text);
const concat = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
/** A copy with one byte changed; with() is newer than some browsers and Node 18. */
const replaced = (from, index, value) => from.map((byte, at) => (at === index ? value : byte));
const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
const code = (wanted) => (error) => error instanceof AccessError && error.code === wanted;

/** A private ECDH key out of its scalar and its public point. */
async function ecdhPair(scalar, point) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const jwk = { kty: "EC", crv: "P-256", x: toBase64url(point.slice(1, 33)), y: toBase64url(point.slice(33)), d: toBase64url(scalar) };
  return {
    privateKey: await crypto.subtle.importKey("jwk", jwk, curve, false, ["deriveBits"]),
    publicKey: await crypto.subtle.importKey("raw", point, curve, true, []),
  };
}

/** The desktop's answer to an m1, with the rules that it must keep. */
async function respond(keys, m1, epoch, pair, nonce) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  if (m1.length !== 99 || m1[0] !== 1 || m1[17] !== 0x50 || m1[18] !== 4) throw new AccessError("handshake", "m1");
  if (toHex(m1.slice(1, 17)) !== toHex(keys.invitationID)) throw new AccessError("handshake", "m1");
  const point = await crypto.subtle.importKey("raw", m1.slice(18, 83), curve, false, []).catch(() => {
    throw new AccessError("handshake", "point");
  });
  const own = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const counted = new Uint8Array(4);
  new DataView(counted.buffer).setUint32(0, epoch);
  const m2 = concat([1], keys.invitationID, utf8("D"), own, nonce, counted);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: point }, pair.privateKey, 256));
  const th = await sha256(concat(utf8("legekonsultasjon/1 transcript"), m1, m2));
  const info = concat(utf8("session"), th);
  const key = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const raw = new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: keys.psk, info }, key, 1088));
  return { m2, shared, th, raw: raw.slice(), session: await Session.begin("D", epoch, th, raw) };
}

/** A finished handshake with keys of its own. */
async function pairOf() {
  const keys = await derive(crypto.getRandomValues(new Uint8Array(16)));
  const handshake = new Handshake(keys);
  const doctorKeys = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const answer = await respond(keys, await handshake.m1(), 1, doctorKeys, new Uint8Array(16));
  return { patient: await handshake.receive(answer.m2), doctor: answer.session };
}

/** The same after a right PIN. */
async function grantedPair() {
  const { patient, doctor } = await pairOf();
  await patient.open(await doctor.seal({ type: "ready", triesLeft: 5, time: "2026-12-01T09:30:00+01:00" }));
  await doctor.open(await patient.seal({ type: "pin", pin: "048291" }));
  await patient.open(await doctor.seal({ type: "pinResult", ok: true, triesLeft: 5 }));
  return { patient, doctor };
}

for (const c of vectors.cases) {
  test(`vectors: ${c.name}`, async (t) => {
    assert.equal(vectors.suite, "legekonsultasjon/1");
    const secret = bytes(c.secret);
    const keys = await derive(secret);
    const h = c.handshake;
    const patientPair = await ecdhPair(bytes(h.patientPrivate), bytes(h.m1).slice(18, 83));
    const doctorPair = await ecdhPair(bytes(h.doctorPrivate), bytes(h.m2).slice(18, 83));

    await t.test("link and typed code", async () => {
      assert.deepEqual(parseFragment(c.link.split("#")[1]), secret);
      assert.deepEqual(findLink(`Hei!\n${c.link}\nHilsen legen`), secret);
      assert.deepEqual(await parseTypedCode(c.typedCode), secret);
      assert.deepEqual(await findSecret(` ${c.typedCode}\n`), secret);
      assert.deepEqual(await findSecret(`<${c.link}>`), secret);
    });

    await t.test("keys", async () => {
      const salt = { name: "HMAC", hash: "SHA-256" };
      const extract = await crypto.subtle.importKey("raw", utf8("legekonsultasjon/1"), salt, false, ["sign"]);
      assert.equal(toHex(new Uint8Array(await crypto.subtle.sign("HMAC", extract, secret))), c.prk);
      assert.equal(toHex(keys.invitationID), c.invitationID);
      assert.equal(toHex(keys.admission), c.admission);
      assert.equal(toHex(await sha256(keys.admission)), c.admissionHash);
      assert.equal(toHex(keys.psk), c.psk);
      assert.equal(toHex(keys.noteKey), c.note.key);
    });

    await t.test("note", async () => {
      const { v, ...rest } = JSON.parse(c.note.plaintext);
      assert.equal(v, 1);
      assert(c.note.stored.startsWith(c.note.nonce));
      assert.equal(toHex(concat(utf8("legekonsultasjon/1 note"), bytes(c.invitationID), [1])), c.note.aad);
      assert.deepEqual(await openNote(keys, bytes(c.note.stored)), { phone: "", info: "", ...rest });
      const altered = bytes(c.note.stored);
      altered[40] ^= 1;
      await assert.rejects(openNote(keys, altered), code("note"));
    });

    await t.test("handshake, frames, confirmation", async () => {
      const handshake = new Handshake(keys, h.epoch - 1, { pair: patientPair, nonce: bytes(h.patientNonce) });
      assert.equal(toHex(await handshake.m1()), h.m1);
      const patient = await handshake.receive(bytes(h.m2));
      const answer = await respond(keys, bytes(h.m1), h.epoch, doctorPair, bytes(h.doctorNonce));
      assert.equal(toHex(answer.m2), h.m2);
      assert.equal(toHex(answer.shared), h.ecdh);
      assert.equal(toHex(patient.th), h.transcript);
      assert.equal(toHex(answer.raw), h.kPD + h.kDP + h.cP + h.cD + h.sas);

      const next = { P: 0, D: 0 };
      for (const f of c.frames) {
        const [from, to] = f.dir === "P" ? [patient, answer.session] : [answer.session, patient];
        for (; next[f.dir] < f.seq; next[f.dir]++) await to.openJSON(await from.sealJSON("{}")); // frames left out of the file
        assert.equal(next[f.dir]++, f.seq);
        assert.equal(toHex(await from.sealJSON(f.message)), f.wire);
        assert.equal(await to.openJSON(bytes(f.wire)), f.message);
      }

      const { offer, answer: answered, fingerprintP, fingerprintD, fromPatient, fromDoctor } = c.confirm;
      for (const session of [patient, answer.session]) {
        assert.equal(toHex(await confirmation(session, "P", offer, answered, fingerprintP, fingerprintD)), fromPatient);
        assert.equal(toHex(await confirmation(session, "D", offer, answered, fingerprintP, fingerprintD)), fromDoctor);
      }
    });

    await t.test("resume", async () => {
      const curve = { name: "ECDSA", namedCurve: "P-256" };
      const key = await crypto.subtle.importKey("raw", bytes(c.resume.devicePublic), curve, false, ["verify"]);
      const text = concat(utf8("legekonsultasjon/1 resume"), bytes(h.transcript));
      assert(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes(c.resume.signature), text));
    });
  });
}

test("vectors: accepted", async () => {
  const secret = bytes(vectors.cases[0].secret);
  for (const { why, fragment } of vectors.accept.links) assert.deepEqual(parseFragment(fragment), secret, why);
  for (const { why, code: typed } of vectors.accept.typedCodes) assert.deepEqual(await parseTypedCode(typed), secret, why);
});

test("vectors: refused", async () => {
  const c = vectors.cases[0];
  const h = c.handshake;
  const keys = await derive(bytes(c.secret));
  const doctorPair = await ecdhPair(bytes(h.doctorPrivate), bytes(h.m2).slice(18, 83));
  for (const { why, fragment } of vectors.refuse.links) assert.equal(parseFragment(fragment), null, why);
  for (const { why, code: typed } of vectors.refuse.typedCodes) assert.equal(await parseTypedCode(typed), null, why);
  for (const { why, bytes: hex } of vectors.refuse.m1) {
    await assert.rejects(respond(keys, bytes(hex), 1, doctorPair, bytes(h.doctorNonce)), code("handshake"), why);
  }
  for (const { why, bytes: hex } of vectors.refuse.m2) {
    await assert.rejects(new Handshake(keys).receive(bytes(hex)), code("handshake"), why);
  }
  for (const { why, bytes: hex } of vectors.refuse.plaintexts) {
    assert.throws(() => decodeMessage(unpad(bytes(hex))), code("refused"), why);
  }
});

test("odd links and codes", async () => {
  const { link, typedCode, secret } = vectors.cases[0];
  const f = link.split("#")[1];
  for (const text of [f + "%20", f + "%", f + "é", "%41".repeat(22)]) assert(parseFragment(text), text);
  for (const text of ["%25" + f, "%2569" + f.slice(1), "#" + f, " " + f, f.slice(0, 21) + "%"]) assert.equal(parseFragment(text), null, text);
  for (const text of [`se https://lege.example og ${link}`, `https://lege.example/#kort ${link}`, `HTTPS${link.slice(5)}`]) {
    assert.deepEqual(findLink(text), bytes(secret), text);
  }
  for (const text of ["", "ingen lenke", link + "A", "#" + f]) assert.equal(await findSecret(text), null, text);
  for (const dash of ["\u2212", "\u2011", "\u00ad\u200b", " \t\r\n"]) {
    assert.deepEqual(await parseTypedCode(typedCode.replaceAll("-", dash)), bytes(secret), dash);
  }
  for (const dash of ["_", "."]) assert.equal(await parseTypedCode(typedCode.replaceAll("-", dash)), null, dash);
});

test("order: nothing is taken before its time, and the wrong role is refused", async () => {
  const pin = { type: "pin", pin: "048291" };
  const offer = { type: "offer", neg: 1, peer: 1, sdp: "v=0" };
  const fresh = await pairOf();
  await assert.rejects(fresh.patient.seal(pin), code("order"));
  await fresh.patient.open(await fresh.doctor.seal({ type: "ready", triesLeft: 5, time: "x" }));
  await fresh.doctor.open(await fresh.patient.seal(pin));
  await assert.rejects(fresh.doctor.seal(offer), code("order"));
  await assert.rejects(fresh.patient.seal({ type: "candidate", neg: 1, candidate: "" }), code("order"));
  await fresh.patient.open(await fresh.doctor.seal({ type: "pinResult", ok: true, triesLeft: 5, newDevice: true }));
  assert.equal(fresh.patient.granted, false);
  await fresh.patient.open(await fresh.doctor.seal({ type: "pinResult", ok: true, triesLeft: 5 }));
  assert.equal(fresh.patient.granted, true);
  assert.deepEqual(await fresh.patient.open(await fresh.doctor.seal(offer)), offer);

  for (const early of [offer, { type: "admit" }, { type: "pinResult", ok: true, triesLeft: 5 }, { type: "bye", reason: "left" }]) {
    const { patient, doctor } = await pairOf();
    await assert.rejects(patient.open(await doctor.sealJSON(encodeMessage(early))), code("refused"), early.type);
    assert.equal(patient.over, true);
  }
  for (const wrong of [{ type: "pin", pin: "1" }, { type: "answer", neg: 1, sdp: "", offerHash: "" }, { type: "later" }]) {
    const { patient, doctor } = await grantedPair();
    await assert.rejects(patient.open(await doctor.sealJSON(JSON.stringify(wrong))), code("refused"), wrong.type);
  }
});

test("a broken frame ends the session, a foreign one changes nothing", async () => {
  const alter = {
    repeat: (first) => first,
    tag: (_, second) => replaced(second, second.length - 1, second[second.length - 1] ^ 1),
    seq: (_, second) => replaced(second, 16, second[16] + 1),
    truncated: (_, second) => second.slice(0, -1),
    header: (_, second) => second.slice(0, 17),
  };
  for (const [name, change] of Object.entries(alter)) {
    const { patient, doctor } = await pairOf();
    const first = await doctor.seal({ type: "ready", triesLeft: 5, time: "x" });
    const second = await doctor.seal({ type: "ready", triesLeft: 5, time: "x" });
    await patient.open(first);
    await assert.rejects(patient.open(change(first, second)), code("broken"), name);
    await assert.rejects(patient.open(second), code("broken"), name);
    await assert.rejects(patient.seal({ type: "pin", pin: "1" }), code("over"), name);
    assert.deepEqual(await doctor.open(await patient.seal({ type: "bye", reason: "broken" })), { type: "bye", reason: "broken" });
    patient.wipe();
    patient.wipe();
    await assert.rejects(patient.open(second), code("over"), name);
    await assert.rejects(patient.confirmation("P", "", "", "00".repeat(32), "00".repeat(32)), code("over"), name);
  }
  const { patient, doctor } = await pairOf();
  const foreign = await (await pairOf()).doctor.seal({ type: "ready", triesLeft: 5, time: "x" });
  const right = await doctor.seal({ type: "ready", triesLeft: 5, time: "x" });
  for (const wire of [foreign, new Uint8Array(), right.slice(0, 16), replaced(right, 0, 2)]) {
    await assert.rejects(patient.open(wire), code("otherSession"));
  }
  assert.equal((await patient.open(right)).type, "ready");
});

test("any flipped bit of a frame keeps it shut", async () => {
  const th = crypto.getRandomValues(new Uint8Array(32));
  const raw = crypto.getRandomValues(new Uint8Array(136));
  const begin = (role) => Session.begin(role, 1, th, raw.slice());
  const sealed = await (await begin("D")).sealJSON('{"type":"bye","reason":"left"}');
  assert.equal(await (await begin("P")).openJSON(sealed), '{"type":"bye","reason":"left"}');
  for (let bit = 0; bit < 8 * sealed.length; bit++) {
    const wire = replaced(sealed, bit >> 3, sealed[bit >> 3] ^ (1 << (bit & 7)));
    await assert.rejects((await begin("P")).openJSON(wire), code(bit < 72 ? "otherSession" : "broken"), `bit ${bit}`);
  }
  await assert.rejects((await begin("D")).openJSON(sealed), code("broken"), "reflected");
});

test("calls made at once keep their order", async () => {
  const { patient, doctor } = await grantedPair();
  const numbers = Array.from({ length: 40 }, (_, i) => i);
  const wires = await Promise.all(numbers.map((neg) => patient.seal({ type: "candidate", neg, candidate: "x".repeat(997 * (neg % 3)) })));
  const opened = await Promise.all(wires.map((wire) => doctor.open(wire)));
  assert.deepEqual(opened.map((m) => m.neg), numbers);
});

test("handshake refusals leave the handshake usable", async () => {
  const keys = await derive(new Uint8Array(16));
  const other = await derive(new Uint8Array(16).fill(1));
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const handshake = new Handshake(keys, 4);
  const m1 = await handshake.m1();
  assert.deepEqual(await handshake.m1(), m1);
  await assert.rejects(handshake.receive(m1), code("handshake"));
  await assert.rejects(handshake.receive((await respond(keys, m1, 4, pair, new Uint8Array(16))).m2), code("handshake"));
  const foreign = await respond(other, await new Handshake(other).m1(), 9, pair, new Uint8Array(16));
  await assert.rejects(handshake.receive(foreign.m2), code("handshake"));
  const { m2 } = await respond(keys, m1, 5, pair, new Uint8Array(16));
  assert.equal((await handshake.receive(m2)).epoch, 5);
  await assert.rejects(handshake.receive(m2), code("handshake"));
});

test("message text", () => {
  const deep = (n) => `{"type":"admit","x":${"[".repeat(n)}${"]".repeat(n)}}`;
  const good = [
    '{"type":"bye","reason":"left"}', ' {"reason":"left", "type":"bye"} ', '{"type":"bye","reason":"left","later":{"a":[1,{"b":2}]}}',
    '{"type":"candidate","neg":1,"candidate":"","sdpMid":null}', '{"type":"resume","signature":"AQ"}', deep(15),
    '{"type":"note","text":"{\\"a\\":1,\\"a\\":2} [ \\\\"}',
  ];
  const bad = [
    '{"type":"bye","Reason":"left"}', '{"TYPE":"bye","reason":"left"}', '{"type":"bye","reason":"left","x":{"a":1,"A":2}}',
    '{"type":"bye","reason":"left","x":[{"ø":1,"Ø":2}]}', '{"type":"bye","\\u0074ype":"pin","reason":"left"}',
    '{"type":"bye","reason":"left","reaſon":"x"}', '{"type":"bye"}', '{"type":"bye","reason":null}', '{"type":"bye","reason":7}',
    '{"type":"later"}', '{"type":"toString"}', '{"type":"__proto__"}', '{"type":["bye"],"reason":""}',
    '{"type":"pinResult","ok":true,"triesLeft":-1}', '{"type":"pinResult","ok":true,"triesLeft":1.5}',
    '{"type":"pinResult","ok":true,"triesLeft":3000000000}', '{"type":"pinResult","ok":1,"triesLeft":1}',
    '{"type":"resume","signature":"AQ="}', '{"type":"resume","signature":"AR"}', '{"type":"resume","signature":"A\\nQ"}',
    '{"type":"candidate","neg":1,"candidate":"","sdpMLineIndex":70000}', '\ufeff{"type":"bye","reason":""}',
    "null", '"bye"', "", "{", '{"type":"bye","reason":""}x', deep(16),
  ];
  for (const text of good) assert.doesNotThrow(() => decodeMessage(text), text);
  for (const text of bad) assert.throws(() => decodeMessage(text), code("refused"), text);
  assert.deepEqual(decodeMessage(good[2]), { type: "bye", reason: "left" });
  assert.equal(encodeMessage({ reason: "left", type: "bye" }), '{"type":"bye","reason":"left"}');
  for (const [n, want] of [[0, 256], [252, 256], [253, 512], [49148, 49152]]) assert.equal(pad("x".repeat(n)).length, want);
  assert.throws(() => pad("x".repeat(49149)), code("tooLarge"));
  assert.throws(() => unpad(pad("").fill(255, 4, 5)), code("refused"));
});

test("device key, resume and confirmation", async () => {
  const pair = await makeDeviceKey();
  await assert.rejects(crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const point = await devicePoint(pair);
  assert.equal(point.length, 65);
  const th = new Uint8Array(32).fill(7);
  const signature = await resumeSignature(pair.privateKey, th);
  assert.equal(signature.length, 64);
  const text = concat(utf8("legekonsultasjon/1 resume"), th);
  assert(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, pair.publicKey, signature, text));
  const want = new Uint8Array(32).fill(9);
  assert(verifyConfirmation(want.slice(), want) && verifyConfirmation(want.slice().buffer, want));
  for (const wrong of [replaced(want, 31, 8), want.slice(1), new Uint8Array(33).fill(9), new Uint8Array(), "x", null]) {
    assert(!verifyConfirmation(wrong, want));
  }
  assert.deepEqual(fromBase64url(toBase64url(point)), point);
  assert.equal(await textHash("v=0\r\n"), toHex(await sha256(utf8("v=0\r\n"))));
});

test("the third break within a minute is a Mismatch", () => {
  const breaks = new Breaks();
  assert.deepEqual([0, 20e3, 61e3, 62e3].map((now) => breaks.record(now)), [true, true, true, false]);
  assert.deepEqual([0, 59e3, 59.9e3].map((now) => new Breaks().record(now)), [true, true, true]);
});

test("SDP gate", () => {
  const a = "77:0B:82:04:32:34:58:71:11:1B:A8:27:67:42:04:63:BD:FB:A4:A1:7F:2C:A4:E7:5B:08:41:5E:DC:EA:0C:36";
  const b = "95:7D:1F:BC:53:82:37:1A:4F:37:12:14:2F:BC:56:E9:62:B6:FA:4C:83:AB:7D:A4:3C:2A:83:18:DA:81:32:38";
  const line = (print) => `a=fingerprint:sha-256 ${print}\r\n`;
  const sdp = [
    "v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE 0 1 2",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=rtcp-mux", `a=fingerprint:sha-256 ${a}`,
    "m=video 0 UDP/TLS/RTP/SAVPF 96", "a=bundle-only", "a=mid:1", "a=rtcp-mux", `a=fingerprint:sha-256 ${a}`,
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:2", `a=fingerprint:sha-256 ${a}`, "",
  ].join("\r\n");
  const second = (text) => sdp.replace("t=0 0\r\n", "t=0 0\r\n" + text);
  const sha1 = `a=fingerprint:sha-1 ${a.slice(0, 59)}\r\n`;
  const sha512 = `a=fingerprint:sha-512 ${a}:${b}\r\n`;
  const good = [
    sdp, sdp.replaceAll("\r\n", "\n"), sdp.replaceAll(a, a.toLowerCase()), sdp.replaceAll("sha-256", "SHA-256"), second(line(a)),
    sdp.replace("BUNDLE 0 1 2", "BUNDLE 0 2").replace("a=bundle-only\r\n", ""),
  ];
  const bad = {
    "session level, another": second(line(b)), "last, another": sdp + line(b), "first media level, another": sdp.replace(line(a), line(b)),
    "first media level, both": sdp.replace(line(a), line(a) + line(b)), "sha-1 session": second(sha1), "sha-1 last": sdp + sha1,
    "sha-512 session": second(sha512), "sha-512 last": sdp + sha512, md5: second(`a=fingerprint:md5 ${a}\r\n`),
    case: `${sdp}A=Fingerprint:sha-256 ${b}\r\n`, space: `${sdp} ${line(b)}`, "space before colon": `${sdp}a=fingerprint :sha-256 ${b}\r\n`,
    "two spaces": sdp.replaceAll("sha-256 ", "sha-256  "), behind: sdp.replaceAll(a, a + " x"), short: sdp.replaceAll(a, a.slice(0, 92)),
    long: sdp.replaceAll(a, a + ":00"), none: sdp.replaceAll(line(a), ""), CR: second("x=1\r" + line(b)), NUL: second("x=1\0\r\n"),
    crypto: `${sdp}a=crypto:1 x\r\n`, "no BUNDLE": sdp.replace("a=group:BUNDLE 0 1 2\r\n", ""), outside: sdp.replace("BUNDLE 0 1 2", "BUNDLE 0 2"),
    "no rtcp-mux": sdp.replace("a=rtcp-mux\r\n", ""), "no media": sdp.slice(0, sdp.indexOf("m=audio")) + line(a), empty: "",
    "too long": sdp + "a=x\r\n".repeat(6554),
  };
  for (const text of good) assert.equal(gateSDP(text), a.replaceAll(":", "").toLowerCase());
  for (const [why, text] of Object.entries(bad)) assert.throws(() => gateSDP(text), code("sdp"), why);
});
