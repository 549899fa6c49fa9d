import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, isOver } from "../../Gateway/wwwroot/shared/enrollment.js";
import { foldDevices, readiness } from "../../Gateway/wwwroot/shared/devices.js";

const requested = {
  id: "0198", device: "lab-1", person: "Ada", slot: 0, scans: 3,
  state: "requested", step: 0, captured: 0, percent: 0, expiresAt: "later", at: "t0",
};

function after(...events) {
  return events.reduce((state, [type, data], index) => fold(state, { type, data, at: `t${index + 1}` }), requested);
}

test("Fold_EachScan_IsTheFloorOfItsShare", () => {
  for (const scans of [1, 2, 3, 4, 7, 10]) {
    let state = { ...requested, scans };
    for (let step = 1; step <= scans; step++) {
      state = fold(state, { type: "progress", at: "t", data: { step, of: scans } });
      assert.equal(state.percent, Math.floor((100 * step) / scans));
    }
  }
});

test("Fold_ThreeScans_AreThirtyThreeSixtySixHundred", () => {
  const percents = [1, 2, 3].map(count => after(["armed"], ...[1, 2, 3].slice(0, count).map(step => ["progress", { step }])).percent);
  assert.deepEqual(percents, [33, 66, 100]);
});

test("Fold_Armed_AwaitsTheFirstStep", () => {
  const { state, step } = after(["armed", {}]);
  assert.deepEqual([state, step], ["armed", 1]);
});

test("Fold_LastCapture_StepStaysAtScans", () => {
  assert.equal(after(["progress", { step: 3 }]).step, 3);
});

test("Fold_Retry_ShowsItsReasonUntilTheNextEvent", () => {
  assert.equal(after(["armed"], ["retry", { step: 1, reason: "messy" }]).reason, "messy");
  assert.equal("reason" in after(["armed"], ["retry", { step: 1, reason: "messy" }], ["waiting", { step: 1 }]), false);
});

test("Fold_ScannerThatIsSilent_HasAReason_AndAwaitsNoFinger", () => {
  const { state, step, reason } = after(["waiting", { step: 0, reason: "no_answer" }]);
  assert.deepEqual([state, step, reason], ["requested", 0, "no_answer"]);
});

test("Fold_Ends_AreOverAndKeepWhy", () => {
  assert.deepEqual(
    [["succeeded", { slot: 4 }], ["failed", { reason: "timeout" }], ["cancelled", { by: "abandoned" }], ["expired", {}]]
      .map(end => after(end))
      .map(({ state, reason, slot }) => [state, reason, slot]),
    [["succeeded", undefined, 4], ["failed", "timeout", 0], ["cancelled", "abandoned", 0], ["expired", undefined, 0]],
  );
  assert.equal(isOver(after(["expired", {}])), true);
  assert.equal(isOver(after(["progress", { step: 3 }])), false);
});

test("Fold_UnknownType_ChangesNothing", () => {
  assert.equal(fold(requested, { type: "applause", at: "t1" }), requested);
});

test("Devices_OnlineAndOffline_FollowTheFeed", () => {
  const before = [{ id: "lab-1", online: false, location: "hall" }];
  const online = foldDevices(before, { channel: "devices/lab-1", type: "online" });
  assert.deepEqual(online, [{ id: "lab-1", online: true, location: "hall" }]);
  assert.deepEqual(foldDevices(online, { channel: "devices/lab-1", type: "offline" }), before);
});

test("Devices_RegisteredAndDeleted_ComeInOrderAndGo", () => {
  const two = ["lab-10", "lab-2"].reduce((items, id) => foldDevices(items, { channel: `devices/${id}`, type: "registered", data: { site: "main" } }), []);
  assert.deepEqual(two.map(({ id }) => id), ["lab-2", "lab-10"]);
  assert.deepEqual(foldDevices(two, { channel: "devices/lab-2", type: "deleted" }).map(({ id }) => id), ["lab-10"]);
});

test("Devices_Changed_TakesFieldsBareOrNested", () => {
  const before = [{ id: "lab-1", online: true, sensor: "ok" }];
  for (const data of [{ sensor: "missing" }, { fields: { sensor: "missing" } }]) {
    assert.equal(readiness(foldDevices(before, { channel: "devices/lab-1", type: "changed", data })[0]), "sensor");
  }
});
