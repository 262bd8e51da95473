import assert from "node:assert/strict";
import { test } from "node:test";

import { within, wish } from "../picture.js";

test("a picture is made as small as the doctor's machine wishes, and no smaller", () => {
  const hd = { width: 1280, height: 720 };
  assert.deepEqual(within(hd, { pixels: 960 * 540, fps: 30 }), { scaleResolutionDownBy: 4 / 3, maxFramerate: 30 });
  assert.deepEqual(within(hd, { pixels: 1920 * 1080, fps: 30 }), { scaleResolutionDownBy: 1, maxFramerate: 30 });
  assert.deepEqual(within({}, { pixels: 320 * 180, fps: 10 }), { scaleResolutionDownBy: 4, maxFramerate: 10 });
});

test("a wish that makes no sense is none", () => {
  assert.deepEqual(wish({ pixels: 518400, fps: 30 }), { pixels: 518400, fps: 30 });
  for (const message of [{}, { pixels: 518400 }, { pixels: "518400", fps: 30 }, { pixels: 0, fps: 30 }, { pixels: NaN, fps: 30 }, { pixels: 518400, fps: 0 }]) {
    assert.equal(wish(message), null);
  }
});
