#include <gtest/gtest.h>

#include "emulator/wire.h"
#include "tests/bench.h"

using namespace scanner;

namespace {

// Nobody follows the LED; the sensor knows the fingers 8 and 9, in the slots 0 and 1.
struct Door : Bench {
    explicit Door(uint16_t minConfidence = 40) {
        hasPerson = false;
        sensor.library = {{0, 8}, {1, 9}};
        settings.minConfidence = minConfidence;
        restart();
        EXPECT_TRUE(isReady());
        run(1000);
    }

    // The slots that were told, in their order.
    std::vector<std::string> slots() const {
        std::vector<std::string> told;
        for (const ManualGateway::Message& message : gateway.received) {
            if (message.topic == "scanners/desk-1/identifications") told.push_back(ManualGateway::field(message.payload, "slot"));
        }
        return told;
    }
};

using Slots = std::vector<std::string>;

}  // namespace

TEST(Identification, TremblingFinger_CountsOnce_AndAgainAfterAMoment) {
    Door door;
    for (int i = 0; i < 3; i++) {
        door.sensor.press(8);
        door.run(900);
        door.sensor.lift();
        door.run(200);
    }
    EXPECT_EQ(door.slots(), Slots({"0"}));
    door.run(2000);
    door.touch(8);
    EXPECT_EQ(door.slots(), Slots({"0", "0"}));
}

TEST(Identification, NextPerson_CountsAtOnce) {
    Door door;
    door.sensor.press(8);
    door.run(1000);
    door.sensor.lift();
    door.run(300);
    door.touch(9);
    EXPECT_EQ(door.slots(), Slots({"0", "1"}));
}

TEST(Identification, FingerThatIsNotLifted_CountsOnce_WhateverIsSeenNext) {
    Door door;
    door.sensor.press(8);
    door.run(5000);
    door.sensor.press(9);
    door.run(5000);
    EXPECT_EQ(door.slots(), Slots({"0"}));
}

TEST(Identification, WeakResemblance_OrASlotThatCannotBe_IsAStranger) {
    Door strict(200);
    strict.touch(8);
    EXPECT_EQ(strict.slots(), Slots({"null"}));
    Door garbled;
    garbled.sensor.claimsSlot = 1000;
    garbled.touch(8);
    EXPECT_EQ(garbled.slots(), Slots({"null"}));
}

TEST(Identification, BadImage_IsTakenAgain_ThreeTimes_AndThenTheFingerHasToGo) {
    Door door;
    door.sensor.faults.badImage = 1;
    door.sensor.press(8);
    door.run(1000);
    door.sensor.faults.badImage = 0;
    door.run(2000);
    EXPECT_EQ(door.slots(), Slots({"0"})) << "without lifting it";
    door.sensor.lift();
    door.run(3000);
    door.sensor.faults.badImage = 1;
    door.sensor.press(8);
    const uint64_t before = emulator::Wire::all().instructions[0x02];
    door.run(20'000);
    EXPECT_EQ(emulator::Wire::all().instructions[0x02] - before, 3u) << "a dirty finger that lies there is not looked at for ever";
}

TEST(Identification, SearchThatFailed_IsNoStranger) {
    Door door;
    door.sensor.says[0x04] = 0x29;
    door.touch(8);
    EXPECT_EQ(door.slots(), Slots());
}

TEST(Identification, FingerThatEndedAnEnrollment_DoesNotCount) {
    Bench bench;
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(bench.until([&] { return bench.led == LedState::LiftFinger && bench.gateway.enrollments[enrollment].captured == 2; }));
    ASSERT_TRUE(bench.until([&] { return bench.led == LedState::PlaceFinger; }));
    bench.hasPerson = false;
    bench.sensor.press(1);
    ASSERT_TRUE(bench.ends(enrollment));
    bench.run(5000);
    bench.sensor.lift();
    bench.run(2000);
    for (const ManualGateway::Message& message : bench.gateway.received) EXPECT_EQ(message.topic.find("identifications"), std::string::npos);
}

TEST(Identification, SensorThatLostItsPower_AsksForItsPassword_AndGoesOn) {
    Door door;
    emulator::Nature locked;
    locked.password = 0xCAFE;
    door.settings.sensor.password = locked.password;
    door.replaceSensor(locked);
    door.restart();
    ASSERT_TRUE(door.isReady());
    door.sensor.library = {{0, 8}};
    door.cycleSensor();
    door.run(3000);
    door.touch(8);
    EXPECT_EQ(door.slots(), Slots({"0"}));
}

TEST(Identification, OutboxFull_NothingMoreIsRead_UntilTheGatewayIsBack_AndNothingIsLost) {
    Door door;
    door.line.isDown = true;
    door.cutLine();
    const Store& store = door.core().store();
    for (int i = 0; i < 200 && door.led != LedState::Full; i++) door.touch(i % 2 == 0 ? 8 : 9);
    ASSERT_EQ(door.led, LedState::Full);
    const size_t owed = store.outbox.owed();
    EXPECT_GT(owed, 40u);
    EXPECT_LT(owed, 70u) << "the reserve is for answers, and the rest of an enrollment";
    for (int i = 0; i < 5; i++) door.touch(i % 2 == 0 ? 8 : 9);
    EXPECT_EQ(store.outbox.owed(), owed);
    door.core().step(door.uptime(), Input::command(Bytes::of(R"({"id":"x1","do":"enroll","enrollment":"e-1","slot":5,"scans":3})")));
    EXPECT_FALSE(door.core().sensor().isEnrolling());
    door.line.isDown = false;
    ASSERT_TRUE(door.until([&] { return store.outbox.owed() == 0; }));
    EXPECT_EQ(door.slots().size(), owed);
    EXPECT_EQ(door.gateway.answers["x1"], "outbox_full");
    door.run(1000);
    EXPECT_EQ(door.led, LedState::Ready);
    door.touch(8);
    EXPECT_EQ(door.slots().size(), owed + 1);
}

TEST(Storage, ThatTakesNothingAnyMore_IsAFaultToSee_AndNothingIsAccepted) {
    Door door;
    door.flash.failsWrites = true;
    door.touch(8);
    EXPECT_EQ(door.led, LedState::StorageFault);
    door.run(40'000);
    EXPECT_EQ(ManualGateway::field(door.gateway.statuses.back().payload, "storage"), "error");
    const uint64_t looks = emulator::Wire::all().instructions[0x01];
    door.run(10'000);
    EXPECT_EQ(emulator::Wire::all().instructions[0x01], looks) << "who is read now would be lost";
    door.flash.failsWrites = false;
    const std::string enrollment = door.gateway.enroll(3);
    ASSERT_TRUE(door.ends(enrollment));
    EXPECT_EQ(door.gateway.enrollments[enrollment].reason, "storage_fault") << "until it is restarted";
}
