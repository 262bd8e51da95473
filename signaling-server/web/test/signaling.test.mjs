// The line with a socket and a clock of the test's own.

import "./webcrypto.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Line } from "../signaling.js";

const WELCOME = { type: "welcome", version: 1, now: 1700000000, participant: "0011223344556677", desktop: "8899aabbccddeeff", iceServers: [] };

function stage() {
  const sockets = [];
  const timers = [];
  const told = [];
  class Socket {
    constructor(url) {
      Object.assign(this, { url, readyState: 0, sent: [] });
      sockets.push(this);
    }
    open() { this.readyState = 1; this.onopen(); }
    send(data) { this.sent.push(data); }
    say(message) { this.onmessage({ data: JSON.stringify(message) }); }
    die() { this.readyState = 3; this.onclose?.(); }
    close() { this.readyState = 3; this.closed = true; }
  }
  const line = new Line("ws://test/ws/patient", { invitation: "aa", admission: "bb" }, {
    up: (welcome) => told.push(["up", welcome.desktop]), presence: (desktop) => told.push(["presence", desktop]), ice: () => told.push(["ice"]),
    relay: (payload) => told.push(["relay", [...payload].join()]), down: () => told.push(["down"]), refused: (refused) => told.push(["refused", refused.code]),
  }, {
    WebSocket: Socket, random: () => 1,
    later: (run, ms) => { const timer = { run, ms }; timers.push(timer); return timer; },
    cancel: (timer) => { const i = timers.indexOf(timer); if (i >= 0) timers.splice(i, 1); },
  });
  const up = () => { sockets.at(-1).open(); sockets.at(-1).say(WELCOME); };
  const fire = () => { const timer = timers.shift(); timer.run(); return timer.ms; };
  return { line, sockets, timers, told, up, fire };
}

test("it knocks first and tells the welcome", () => {
  const { line, sockets, told, up } = stage();
  line.open();
  up();
  assert.deepEqual(JSON.parse(sockets[0].sent[0]), { type: "knock", version: 1, invitation: "aa", admission: "bb" });
  assert.deepEqual(told, [["up", "8899aabbccddeeff"]]);
});

test("it tries again, more and more slowly, and from the beginning after a welcome", () => {
  const { line, sockets, told, up, fire } = stage();
  line.open();
  const waits = [];
  for (let i = 0; i < 7; i++) {
    sockets.at(-1).die();
    waits.push(fire());
  }
  assert.deepEqual(waits, [300, 1000, 2000, 4000, 8000, 8000, 8000]);
  up();
  sockets.at(-1).die();
  assert.equal(fire(), 300);
  assert.deepEqual(told.map(([what]) => what), ["up", "down"]);
});

test("a server that never says welcome is left", () => {
  const { line, sockets, timers, fire } = stage();
  line.open();
  sockets[0].open();
  assert.equal(fire(), 10_000);
  assert.ok(sockets[0].closed);
  assert.equal(timers.length, 1);
});

test("being seen again tries at once", () => {
  const { line, sockets, timers } = stage();
  line.open();
  sockets[0].die();
  line.wake();
  assert.equal(sockets.length, 2);
  assert.deepEqual(timers.map((timer) => timer.ms), [10_000]);
});

test("renewing replaces a socket that seems alive, and the old one says nothing more", () => {
  const { line, sockets, told, up } = stage();
  line.open();
  up();
  line.renew();
  sockets[0].say({ type: "presence" });
  sockets[0].die();
  up();
  assert.deepEqual(told.map(([what]) => what), ["up", "down", "up"]);
  assert.equal(sockets.length, 2);
});

test("presence is told when it changes", () => {
  const { line, sockets, told, up } = stage();
  line.open();
  up();
  for (const desktop of ["8899aabbccddeeff", undefined, "0000000000000000", "1111111111111111"]) sockets[0].say({ type: "presence", desktop });
  assert.deepEqual(told.slice(1), [["presence", ""], ["presence", "1111111111111111"]]);
});

test("relays go to nobody in particular and are taken from the doctor only", () => {
  const { line, sockets, told, up } = stage();
  line.open();
  up();
  line.relay(Uint8Array.of(7, 8));
  assert.deepEqual([...sockets[0].sent[1]], [0, 0, 0, 0, 0, 0, 0, 0, 7, 8]);
  const from = (first) => Uint8Array.of(first, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 1, 2).buffer;
  sockets[0].onmessage({ data: from(0x77) });
  sockets[0].onmessage({ data: from(0x88) });
  assert.deepEqual(told.slice(1), [["relay", "1,2"]]);
});

test("what cannot change is told once and ends the line", () => {
  for (const code of ["notValid", "tooEarly", "pageTooOld", "serverTooOld"]) {
    const { line, sockets, timers, told } = stage();
    line.open();
    sockets[0].open();
    sockets[0].say({ type: "refused", code });
    sockets[0].die();
    assert.deepEqual([told, timers.length], [[["refused", code]], 0]);
  }
});

test("a draining or busy server is tried again", () => {
  const { line, sockets, up, fire } = stage();
  line.open();
  up();
  sockets[0].say({ type: "refused", code: "draining" });
  assert.equal(fire(), 300);
  sockets[1].open();
  sockets[1].say({ type: "refused", code: "tryLater" });
  assert.equal(fire(), 8000);
});

test("leaving says so and ends", () => {
  const { line, sockets, timers, up } = stage();
  line.open();
  up();
  line.leave();
  assert.deepEqual(JSON.parse(sockets[0].sent.at(-1)), { type: "leave" });
  assert.ok(sockets[0].closed);
  assert.equal(timers.length, 0);
});
