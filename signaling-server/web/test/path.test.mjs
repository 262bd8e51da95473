// When the page says that nothing comes any more.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Flow, received } from "../path.js";

/** Packets come for so long at so many a second, then none; when is the path lost? */
function story(rate, until, change = Infinity) {
  const flow = new Flow();
  for (let now = 0; now <= 20_000; now += 250) {
    if (now === change) flow.changed(now);
    if (flow.lost(now, Math.floor((Math.min(now, until) * rate) / 1000))) return now;
  }
  return null;
}

test("a busy path that falls silent is lost after a second", () => assert.equal(story(80, 5000), 6000));
test("after a change of the network sooner", () => assert.equal(story(80, 5000, 5000), 5500));
test("a change of the network alone is nothing", () => assert.equal(story(80, 20_000, 5000), null));
test("sound without a word is no sign", () => assert.equal(story(3, 5000), null));
test("a path that never carried anything is not lost by this", () => assert.equal(story(0, 0), null));

test("it counts anew on another connection, and when packets come again", () => {
  const flow = new Flow();
  for (let now = 0; now <= 3000; now += 500) flow.lost(now, now / 10);
  assert.equal(flow.lost(4500, 300), true);
  assert.equal(flow.lost(5000, 310), false);
  assert.equal(flow.lost(5500, 4), false);
  assert.equal(flow.lost(9000, 4), false);
});

test("packets of both media are counted", () => {
  const report = new Map([["a", { type: "inbound-rtp", packetsReceived: 3 }], ["b", { type: "inbound-rtp", packetsReceived: 4 }],
    ["c", { type: "outbound-rtp", packetsSent: 9 }], ["d", { type: "inbound-rtp" }]]);
  assert.equal(received(report), 7);
});
