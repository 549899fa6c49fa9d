import assert from "node:assert/strict";
import { test } from "node:test";
import { fullJitter, RetryTimer } from "../../Gateway/wwwroot/channel-client/timer.js";
import { VirtualClock } from "./virtual.js";

test("fullJitter_MoreTries_DoublesTheBoundUpToTheCap", () => {
  const longest = fullJitter({ base: 100, cap: 1000, random: () => 0.999999 });
  assert.deepEqual([0, 1, 2, 3, 4, 50, 5000].map(longest), [99, 199, 399, 799, 999, 999, 999]);
});

test("fullJitter_AnyRandom_IsSpreadFromNothingToTheBound", () => {
  for (const random of [0, 0.25, 0.5, 0.75]) {
    assert.equal(fullJitter({ base: 1000, cap: 8000, random: () => random })(2), 4000 * random);
  }
});

test("RetryTimer_ScheduledAgain_WaitsLongerEachTime", async () => {
  const clock = new VirtualClock();
  const runs = [];
  const timer = new RetryTimer(clock, tries => 100 * 2 ** tries, () => runs.push(clock.now()));
  for (const wait of [100, 200, 400]) {
    timer.schedule();
    assert.deepEqual(clock.waiting, [wait]);
    await clock.pass(wait);
  }
  assert.equal(runs.length, 3);
});

test("RetryTimer_ServiceAsksForPatience_AddsTheJitterToIt", () => {
  const clock = new VirtualClock();
  new RetryTimer(clock, () => 70, () => {}).schedule(1500);
  assert.deepEqual(clock.waiting, [1570]);
});

test("RetryTimer_Reset_StartsFromTheShortestWait", () => {
  const clock = new VirtualClock();
  const timer = new RetryTimer(clock, tries => 100 * 2 ** tries, () => {});
  timer.schedule();
  timer.schedule();
  timer.reset();
  assert.deepEqual(clock.waiting, []);
  timer.schedule();
  assert.deepEqual(clock.waiting, [100]);
});
