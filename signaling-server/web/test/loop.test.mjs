// The way through the relay, with connections in memory.

import assert from "node:assert/strict";
import { test } from "node:test";
import { tryRelay } from "../loop.js";

const relay = [{ urls: ["stun:a", "turn:a?transport=udp"] }];

/** Two ends of which the second hands the first one's words back, unless the network is deaf. */
function connections(deaf) {
  const all = [];
  return class Fake {
    constructor(config) {
      assert.equal(config.iceTransportPolicy, "relay");
      all.push(this);
    }
    createDataChannel() {
      const far = { send: (data) => this.near.onmessage?.({ data }) };
      this.near = { send: (data) => far.onmessage({ data }) };
      this.far = far;
      return this.near;
    }
    async createOffer() { return {}; }
    async createAnswer() { return {}; }
    async setLocalDescription() {
      if (deaf) throw new Error("no relay candidates");
      this.localDescription = {};
    }
    async setRemoteDescription() {
      if (this !== all[0]) return;
      all[1].ondatachannel({ channel: this.far });
      this.near.onopen();
    }
    close() { this.closed = true; }
    static get all() { return all; }
  };
}

test("a relay that answers is good, and nothing is left open", async () => {
  const Fake = connections(false);
  assert.equal(await tryRelay(relay, Fake), "good");
  assert.ok(Fake.all.length === 2 && Fake.all.every((end) => end.closed));
});
test("one that does not is blocked", async () => {
  const Fake = connections(true);
  assert.equal(await tryRelay(relay, Fake), "blocked");
  assert.ok(Fake.all.every((end) => end.closed));
});
test("without a relay nothing is tried", async () => assert.equal(await tryRelay([{ urls: "stun:a" }], connections(false)), "none"));
