// The journey by tables: each line is what happens and what the patient then sees.

import "./webcrypto.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { ABSENT_LONG, ABSENT_TOO_LONG, begin, live, screen, step } from "../journey.js";

const START = Date.parse("2026-12-01T09:30:00Z");
const NOTE = { clinic: "Legesenteret Sentrum", doctor: "Kari Nordmann", phone: "22000000", lang: "nb", info: "", at: "2026-12-01T10:30:00+01:00" };
const opened = { type: "opened", secret: "held", supported: true, inApp: false, returning: false, known: false, checked: false, microphoneOn: true, cameraOn: true };
const note = { type: "note", note: NOTE, notBefore: START / 1000 - 900, notAfter: START / 1000 + 3600, now: START / 1000 };
const lineUp = (desktop = true) => ({ type: "lineUp", now: START / 1000, desktop });
const ready = { type: "ready", triesLeft: 5, time: NOTE.at };
const right = { type: "pinResult", ok: true, triesLeft: 5 };
const pin = { type: "pinEntered", pin: "482913" };
const both = { type: "devices", microphone: true, camera: true, problem: null };
const checked = { type: "checked" };
const confirmed = { type: "peer", state: "confirmed" };
const inRoom = [opened, note, pin, lineUp(), ready, right, both, checked];
const inCall = [...inRoom, { type: "peer", state: "connecting" }, confirmed, { type: "admit" }];

/** Walks through events; an event may name its own time. */
function walk(events, from = begin()) {
  let facts = from;
  let at = START;
  const did = [];
  for (const event of events) {
    at = event.at ?? at + 10;
    const next = step(facts, { ...event, at });
    facts = next.facts;
    did.push(...next.actions);
  }
  return { facts, did, kinds: did.map((action) => action.do), screen: screen(facts) };
}

/** name, events, the screen at the end */
const STORIES = [
  ["nothing is known yet", [opened], "opening"],
  ["the note greets", [opened, note], "greeting"],
  ["opened without a link", [{ ...opened, secret: "missing" }], "start"],
  ["a message is pasted there", [{ ...opened, secret: "missing" }, { type: "codeNotOne" }, { type: "secretFound", known: false }, note], "greeting"],
  ["a link without a secret leads to the typed code", [{ ...opened, secret: "broken" }], "code"],
  ["a typed code leads on", [{ ...opened, secret: "broken" }, { type: "codeNotOne" }, { type: "secretFound", known: false }, note], "greeting"],
  ["inside another app", [{ ...opened, inApp: true }, note], "inApp"],
  ["and on all the same", [{ ...opened, inApp: true }, note, { type: "goOnInApp" }], "greeting"],
  ["an old browser", [{ ...opened, supported: false }, note], "unsupported"],
  ["before the time", [opened, { ...note, notBefore: START / 1000 + 600 }], "early"],
  ["the time comes by itself", [opened, { ...note, notBefore: START / 1000 + 600 }, { type: "tick", at: START + 601_000 }], "greeting"],
  ["the socket says too early", [opened, note, pin, { type: "refused", code: "tooEarly", notBefore: START / 1000 + 60, now: START / 1000 }], "early"],
  ["an unknown link", [opened, { type: "noteRefused", code: "notValid" }], "notValid"],
  ["an old page", [opened, note, pin, { type: "refused", code: "pageTooOld" }], "outdated"],
  ["the code is being checked", [opened, note, pin, lineUp(), ready], "greeting"],
  ["a right code leads to the devices", [opened, note, pin, lineUp(), ready, right], "devices"],
  ["a wrong one stays", [opened, note, pin, lineUp(), ready, { type: "pinResult", ok: false, triesLeft: 4 }], "greeting"],
  ["the fifth locks", [opened, note, pin, lineUp(), ready, { type: "pinResult", ok: false, triesLeft: 0, locked: true }], "locked"],
  ["locked before the first try", [opened, note, pin, lineUp(), { ...ready, triesLeft: 0, locked: true }], "locked"],
  ["the doctor admits a locked patient by sight", [opened, note, pin, lineUp(), { ...ready, locked: true }, right], "devices"],
  ["a new code after locking", [opened, note, pin, lineUp(), { ...ready, locked: true }, { type: "newPin" }], "greeting"],
  ["another device", [opened, note, pin, lineUp(), ready, { ...right, newDevice: true }], "otherDevice"],
  ["the doctor says yes", [opened, note, pin, lineUp(), ready, { ...right, newDevice: true }, right], "devices"],
  ["the doctor says no", [opened, note, pin, lineUp(), ready, { ...right, newDevice: true }, { type: "bye", reason: "refused" }], "refused"],
  ["the doctor is not there: to the devices meanwhile", [opened, note, pin, lineUp(false)], "devices"],
  ["and to the waiting room", [opened, note, pin, lineUp(false), both, checked], "waiting"],
  ["he comes, the code is right", [opened, note, pin, lineUp(false), both, checked, { type: "presence", desktop: true }, ready, right], "waiting"],
  ["he comes, the code is wrong", [opened, note, pin, lineUp(false), both, checked, { type: "presence", desktop: true }, ready, { type: "pinResult", ok: false, triesLeft: 4 }], "greeting"],
  ["no camera", [...inRoom.slice(0, 6), { ...both, camera: false, problem: "noCamera" }], "deviceHelp"],
  ["sound only", [...inRoom.slice(0, 6), { ...both, camera: false, problem: "noCamera" }, { type: "soundOnly" }], "waiting"],
  ["help, then tried again", [...inRoom.slice(0, 6), { ...both, microphone: false, problem: "denied" }, { type: "askDevices" }, both], "devices"],
  ["in the waiting room", inRoom, "waiting"],
  ["admitted before the confirmation", [...inRoom, { type: "admit" }], "call"],
  ["in the call", inCall, "call"],
  ["admitted during the device check", [...inRoom.slice(0, -1), { type: "admit" }], "devices"],
  ["on hold", [...inCall, { type: "hold" }], "waiting"],
  ["the path is lost", [...inCall, { type: "peer", state: "interrupted" }], "call"],
  ["the socket is lost during the call", [...inCall, { type: "lineDown" }], "call"],
  ["the socket is lost while waiting", [...inRoom, { type: "lineDown" }], "waiting"],
  ["back, and no PIN is asked", [...inRoom, { type: "lineDown" }, lineUp(), ready, { type: "resumeResult", ok: true, triesLeft: 5 }], "waiting"],
  ["the desktop wants the PIN again", [...inRoom, { type: "lineDown" }, lineUp(), ready, { type: "resumeResult", ok: false, triesLeft: 5 }], "greeting"],
  ["the doctor leaves the call", [...inCall, { type: "bye", reason: "left" }], "parted"],
  ["and takes it up again", [...inCall, { type: "bye", reason: "left" }, ready, { type: "resumeResult", ok: true, triesLeft: 5 }, { type: "admit" }, both], "call"],
  ["finished", [...inCall, { type: "bye", reason: "finished" }], "finished"],
  ["nothing comes after that", [...inCall, { type: "bye", reason: "finished" }, { type: "lineDown" }, { type: "admit" }], "finished"],
  ["opened elsewhere", [...inRoom, { type: "bye", reason: "openedElsewhere" }], "openedElsewhere"],
  ["taken over again", [...inRoom, { type: "bye", reason: "openedElsewhere" }, { type: "takeOver" }], "waiting"],
  ["the patient leaves", [...inCall, { type: "leave" }], "left"],
  ["and comes back", [...inCall, { type: "leave" }, { type: "comeBack" }, lineUp(), ready, { type: "resumeResult", ok: true, admitted: true, triesLeft: 5 }, both, confirmed], "call"],
  ["one mismatch is tried again", [...inRoom, { type: "mismatch", mine: true }], "waiting"],
  ["two stop", [...inRoom, { type: "mismatch", mine: true }, ready, { type: "resumeResult", ok: true, triesLeft: 5 }, { type: "mismatch", mine: true }], "mismatch"],
  ["the doctor's mismatches count as well", [...inRoom, { type: "bye", reason: "mismatch" }, ready, { type: "resumeResult", ok: true, triesLeft: 5 }, { type: "bye", reason: "mismatch" }], "mismatch"],
  ["a reload in the waiting room", [{ ...opened, returning: true, known: true, checked: true }, note, lineUp(), ready, { type: "resumeResult", ok: true, triesLeft: 5 }, both], "waiting"],
  ["a reload during the call", [{ ...opened, returning: true, known: true, checked: true }, note, lineUp(), ready, { type: "resumeResult", ok: true, admitted: true, triesLeft: 5 }, both, confirmed], "call"],
  ["a reload shows no PIN on its way", [{ ...opened, returning: true, known: true, checked: true }, note, lineUp()], "opening"],
  ["a reload without the doctor", [{ ...opened, returning: true, known: true, checked: true }, note, lineUp(false)], "waiting"],
  ["a reload without storage asks for the PIN", [{ ...opened, returning: true, known: false, checked: true }, note], "greeting"],
  ["a reload after which the microphone is refused", [{ ...opened, returning: true, known: true, checked: true }, note, lineUp(), ready, { type: "resumeResult", ok: true, triesLeft: 5 }, { ...both, microphone: false, camera: false, problem: "denied" }], "deviceHelp"],
  ["the same browser, a new tab", [{ ...opened, known: true }, note, { type: "press" }, lineUp(), ready, { type: "resumeResult", ok: true, triesLeft: 5 }], "devices"],
  ["20 minutes without the doctor", [...inRoom, { type: "presence", desktop: false, at: START + 1000 }, { type: "tick", at: START + 1000 + ABSENT_TOO_LONG }], "noDoctor"],
  ["he comes after all", [...inRoom, { type: "presence", desktop: false, at: START + 1000 }, { type: "tick", at: START + 1000 + ABSENT_TOO_LONG }, { type: "presence", desktop: true }], "waiting"],
  ["two minutes are no reason to go", [...inRoom, { type: "presence", desktop: false }, { type: "tick", at: START + ABSENT_LONG + 1000 }], "waiting"],
];

for (const [name, events, wanted] of STORIES) test(name, () => assert.equal(walk(events).screen, wanted));

test("a dead link still knows the clinic's number after a reload", () => assert.equal(walk([{ ...opened, lastNote: NOTE }, { type: "noteRefused", code: "notValid" }]).facts.note.phone, "22000000"));
test("on load the page asks for the note and opens no socket", () => assert.deepEqual(walk([opened, note]).kinds, ["fetchNote"]));
test("a PIN travels only after ready", () => {
  assert.ok(!walk([opened, note, pin, lineUp()]).did.some((a) => a.message?.type === "pin"));
  assert.deepEqual(walk([opened, note, pin, lineUp(), ready]).did.at(-1), { do: "say", message: { type: "pin", pin: "482913" } });
});
test("a PIN is forgotten when it has been judged", () => {
  assert.equal(walk([opened, note, pin, lineUp(), ready, right]).facts.pin, "");
  assert.equal(walk([opened, note, pin, lineUp(), ready, { type: "pinResult", ok: false, triesLeft: 4 }]).facts.pin, "");
});
test("a try before the wait is over goes nowhere", () => {
  const waiting = [opened, note, pin, lineUp(), ready, { type: "pinResult", ok: false, triesLeft: 3, wait: 5 }];
  assert.equal(walk([...waiting, pin]).kinds.length, walk(waiting).kinds.length);
});
test("a PIN held during a wait is sent when it is over", () => {
  const held = walk([opened, note, pin, lineUp(), { ...ready, wait: 2 }]);
  assert.equal(held.did.at(-1).do, "later");
  assert.equal(walk([{ type: "waitOver", at: START + 9000 }], held.facts).did[0].message.pin, "482913");
});
test("the offer to install outlives a new link and a stop", () => {
  const offered = [opened, { type: "installable", how: "ask" }];
  assert.equal(walk([...offered, { type: "secretFound", known: false }, note]).facts.install, "ask");
  assert.equal(walk([{ ...opened, supported: false }, { type: "installable", how: "ask" }]).facts.install, "ask");
  assert.deepEqual(walk([...offered, { type: "install" }]).did.at(-1), { do: "install" });
});
test("resume comes before the PIN", () => assert.ok(walk([{ ...opened, known: true }, note, { type: "press" }, lineUp(), ready]).kinds.includes("resume")));
test("a lost socket ends an unconfirmed peer and spares a confirmed one", () => {
  assert.ok(walk([{ type: "lineDown" }], walk([...inRoom, { type: "peer", state: "connecting" }]).facts).kinds.includes("closePeer"));
  assert.ok(!walk([{ type: "lineDown" }], walk(inCall).facts).kinds.includes("closePeer"));
});
test("a lost path asks for a new socket, unless nobody would answer there", () => {
  const asks = (...more) => walk([...more, { type: "stuck" }], walk(inCall).facts).kinds.at(-1) === "reconnect";
  assert.ok(asks());
  assert.ok(asks({ type: "lineDown" }));
  assert.ok(!asks({ type: "presence", desktop: false }));
});
test("what the doctor's program says of the line is kept until the connection is another", () => {
  const { facts } = walk([{ type: "network", slow: "patient", picture: "reduced" }], walk(inCall).facts);
  assert.deepEqual(facts.network, { slow: "patient", picture: "reduced" });
  assert.deepEqual(walk([{ type: "peer", state: "none" }], facts).facts.network, { slow: "", picture: "" });
});
test("media is allowed only when admitted, checked and proven", () => {
  assert.equal(live(walk(inRoom).facts), false);
  assert.equal(live(walk([...inRoom.slice(0, -1), { type: "admit" }]).facts), false);
  assert.equal(live(walk(inCall).facts), true);
  for (const end of [{ type: "hold" }, { type: "leave" }, { type: "bye", reason: "finished" }, { type: "bye", reason: "left" }]) assert.equal(live(walk([end], walk(inCall).facts).facts), false, JSON.stringify(end));
});
test("it rings at Delta, once, and not at a return", () => {
  assert.equal(walk([...inCall, { type: "admit" }]).kinds.filter((kind) => kind === "ring").length, 1);
  const back = [{ ...opened, returning: true, known: true, checked: true }, note, lineUp(), ready, { type: "resumeResult", ok: true, admitted: true, triesLeft: 5 }, both, { type: "admit" }];
  assert.ok(!walk(back).kinds.includes("ring"));
});
test("the end forgets everything", () => {
  const { kinds } = walk([{ type: "bye", reason: "finished" }], walk(inCall).facts);
  for (const kind of ["wipe", "closePeer", "closeDevices", "disconnect", "forget"]) assert.ok(kinds.includes(kind), kind);
});
test("a mismatch of ours is said to the doctor before the keys go", () => {
  assert.deepEqual(walk([{ type: "mismatch", mine: true }], walk(inRoom).facts).did[0], { do: "say", message: { type: "bye", reason: "mismatch" } });
});
test("the doctor's leaving puts the lamps out", () => assert.ok(walk([{ type: "bye", reason: "left" }], walk(inCall).facts).kinds.includes("closeDevices")));
test("no event in any state is an exception", () => {
  const all = [...inCall, { type: "lineDown" }, { type: "hold" }, { type: "leave" }, { type: "comeBack" }, { type: "tick" }, { type: "stuck" }, { type: "mismatch" }, { type: "bye", reason: "left" }, { type: "presence", desktop: false }, { type: "toggleCamera" }, { type: "newPin" }, { type: "typeCode" }];
  let seed = 7;
  const draw = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (let run = 0; run < 400; run++) {
    let facts = walk([opened, note]).facts;
    for (let i = 0; i < 60; i++) {
      facts = step(facts, { ...all[draw(all.length)], at: START + i * 1000 }).facts;
      assert.ok(screen(facts));
      if (live(facts)) assert.ok(facts.proven && facts.admitted);
    }
  }
});
