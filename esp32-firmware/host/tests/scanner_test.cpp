#include <gtest/gtest.h>

#include "tests/bench.h"

using namespace scanner;

namespace {

std::string stateOf(Bench& bench, const std::string& enrollment) { return bench.gateway.enrollments[enrollment].state; }

bool ends(Bench& bench, const std::string& enrollment) {
    return bench.until([&] {
        const std::string state = stateOf(bench, enrollment);
        return state != "requested" && state != "scanning";
    }, 400'000);
}

bool isReady(Bench& bench) {
    return bench.until([&] { return bench.isConnected() && bench.core().sensor().health() == SensorHealth::Ok; });
}

}  // namespace

TEST(Scanner, Birth_TellsSensorAndSize) {
    Bench bench;
    bench.sensor.library = {{0, 5}, {7, 6}};
    ASSERT_TRUE(isReady(bench));
    bench.run(2000);
    const std::string status = bench.gateway.statuses.back().payload;
    EXPECT_EQ(ManualGateway::field(status, "state"), "online");
    EXPECT_EQ(ManualGateway::field(status, "sensor"), "ok");
    EXPECT_EQ(ManualGateway::field(status, "capacity"), "1000");
    EXPECT_EQ(ManualGateway::field(status, "stored"), "2");
    EXPECT_EQ(bench.gateway.statuses.back().topic, "scanners/desk-1/status");
}

TEST(Scanner, Heartbeat_ComesEveryThirtySeconds) {
    Bench bench;
    ASSERT_TRUE(isReady(bench));
    bench.run(5000);
    const size_t before = bench.gateway.statuses.size();
    bench.run(300'000);
    EXPECT_EQ(bench.gateway.statuses.size() - before, 10u);
}

class Enrolling : public testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(Enrolling, OfAnyLength_OnEitherSensor_Succeeds) {
    emulator::Nature nature;
    nature.buffers = std::get<0>(GetParam());
    const int scans = std::get<1>(GetParam());
    Bench bench(nature);
    const std::string enrollment = bench.gateway.enroll(0, scans);
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(stateOf(bench, enrollment), "succeeded") << bench.gateway.enrollments[enrollment].reason;
    EXPECT_EQ(bench.gateway.enrollments[enrollment].captured, scans);
    EXPECT_EQ(bench.gateway.enrollments[enrollment].waiting, scans);
    EXPECT_EQ(bench.sensor.library.at(0), 1);
    EXPECT_TRUE(bench.gateway.violations.empty()) << bench.gateway.violations.front();
}

INSTANTIATE_TEST_SUITE_P(Sensors, Enrolling, testing::Combine(testing::Values(2, 6), testing::Values(1, 2, 3, 4, 7, 10)));

TEST(Enrollment, AnotherFingerInBetween_IsAskedForAgain_AndNeverStored) {
    Bench bench;
    const std::string enrollment = bench.gateway.enroll(4);
    ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[enrollment].captured == 2; }));
    bench.finger = 2;
    ASSERT_TRUE(bench.until([&] { return bench.gateway.received.back().payload.find("mismatch") != std::string::npos; }));
    EXPECT_TRUE(bench.sensor.library.empty());
    bench.finger = 1;
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(bench.sensor.library.at(4), 1);
}

TEST(Enrollment, FingerKnownAlready_IsRefused) {
    Bench bench;
    bench.sensor.library = {{9, 1}};
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "already_enrolled");
    EXPECT_EQ(bench.sensor.library.size(), 1u);
}

TEST(Enrollment, FingerOfThePersonBefore_IsNotTaken) {
    Bench bench;
    bench.hasPerson = false;
    bench.sensor.press(7);
    const std::string enrollment = bench.gateway.enroll(0);
    bench.run(20'000);
    EXPECT_EQ(bench.gateway.enrollments[enrollment].captured, 0);
    EXPECT_EQ(bench.led, LedState::LiftFinger);
    bench.hasPerson = true;
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(bench.sensor.library.at(0), 1);
}

TEST(Enrollment, StoreAcknowledgedButNotKept_IsNoticed) {
    Bench bench;
    bench.sensor.losesStores = 1;
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(stateOf(bench, enrollment), "succeeded") << "stored again";
    EXPECT_EQ(bench.sensor.library.count(0), 1u);
    bench.sensor.losesStores = 2;
    bench.finger = 2;
    const std::string lost = bench.gateway.enroll(1);
    ASSERT_TRUE(ends(bench, lost));
    EXPECT_EQ(bench.gateway.enrollments[lost].reason, "store_failed");
    EXPECT_EQ(bench.gateway.enrollments[lost].captured, 2) << "100 % is told of nothing that is not there";
}

TEST(Enrollment, LeftoverInItsSlot_IsNoObstacle) {
    Bench bench;
    bench.sensor.library = {{3, 1}};
    const std::string enrollment = bench.gateway.enroll(3);
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(stateOf(bench, enrollment), "succeeded");
}

TEST(Enrollment, NobodyComes_EndsByTimeout) {
    Bench bench;
    bench.hasPerson = false;
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "timeout");
}

TEST(Enrollment, FingerNeverLifted_EndsByTimeout_AndLeavesNothing) {
    Bench bench;
    bench.hasPerson = false;
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(bench.until([&] { return bench.led == LedState::PlaceFinger; }));
    bench.sensor.press(1);
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "timeout");
    EXPECT_EQ(bench.gateway.enrollments[enrollment].captured, 1);
    bench.run(3000);
    EXPECT_TRUE(bench.sensor.library.empty());
}

TEST(Enrollment, Expired_StopsWithoutAWord) {
    Bench bench;
    bench.hasPerson = false;
    const std::string enrollment = bench.gateway.enroll(0, 3, 20);
    bench.run(40'000);
    EXPECT_EQ(stateOf(bench, enrollment), "scanning") << "its end is the gateway's to tell";
    EXPECT_FALSE(bench.core().sensor().isEnrolling());
    EXPECT_EQ(bench.led, LedState::Ready);
}

TEST(Enrollment, HeardTooLate_IsRefused) {
    Bench bench;
    const std::string enrollment = bench.gateway.enroll(0, 3, 0);
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "expired");
}

TEST(Enrollment, Cancelled_AtAnyStep_LeavesNothing) {
    for (int step = 0; step <= 3; step++) {
        Bench bench;
        const std::string enrollment = bench.gateway.enroll(2);
        ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[enrollment].captured == step; }));
        bench.gateway.cancel(enrollment);
        bench.run(5000);
        EXPECT_TRUE(bench.sensor.library.empty()) << step;
        EXPECT_FALSE(bench.core().sensor().isEnrolling());
    }
}

TEST(Enrollment, FinishedWhileTheGatewayCancelled_IsTakenBack) {
    Bench bench;
    const std::string enrollment = bench.gateway.enroll(2);
    ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[enrollment].captured == 2; }));
    bench.line.isDown = true;
    bench.cutLine();
    ASSERT_TRUE(bench.until([&] { return bench.sensor.library.count(2) == 1 && !bench.core().sensor().isEnrolling(); }));
    bench.gateway.cancel(enrollment);
    bench.line.isDown = false;
    ASSERT_TRUE(bench.until([&] { return bench.sensor.library.empty(); }));
    const std::string next = bench.gateway.enroll(2);
    ASSERT_TRUE(ends(bench, next));
    EXPECT_EQ(stateOf(bench, next), "succeeded") << "the same finger is free to be enrolled";
}

TEST(Enrollment, AnotherOrder_TakesThePlaceOfTheRunningOne) {
    Bench bench;
    const std::string first = bench.gateway.enroll(1);
    ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[first].captured == 1; }));
    const std::string second = bench.gateway.enroll(2);
    ASSERT_TRUE(ends(bench, second));
    EXPECT_EQ(stateOf(bench, second), "succeeded");
    EXPECT_EQ(bench.sensor.library, (std::map<uint16_t, int>{{2, 1}}));
}

TEST(Enrollment, SlotBeyondTheSensor_IsRefused) {
    emulator::Nature nature;
    nature.capacity = 100;
    Bench bench(nature);
    const std::string enrollment = bench.gateway.enroll(100);
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "bad_slot");
}

TEST(Enrollment, WithoutASensor_IsRefused_AndTheStatusSaysSo) {
    Bench bench;
    ASSERT_TRUE(isReady(bench));
    bench.sensor.faults.ignoredCommand = 1;
    ASSERT_TRUE(bench.until([&] { return bench.core().sensor().health() == SensorHealth::Missing; }));
    bench.run(1000);
    EXPECT_EQ(ManualGateway::field(bench.gateway.statuses.back().payload, "sensor"), "missing");
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "sensor_fault");
    bench.sensor.faults.ignoredCommand = 0;
    EXPECT_TRUE(isReady(bench)) << "and it comes back by itself";
}

TEST(Enrollment, SensorThatHangs_FailsIt_AndIsPowerCycled) {
    Bench bench;
    const std::string enrollment = bench.gateway.enroll(5);
    ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[enrollment].captured == 2; }));
    bench.sensor.faults.stuckBusy = 1;
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "sensor_lost");
    bench.sensor.faults.stuckBusy = 0;
    ASSERT_TRUE(isReady(bench));
    bench.run(10'000);
    EXPECT_TRUE(bench.sensor.library.empty());
}

TEST(Reset, BetweenStoreAndAck_LeavesSensorAndGatewayOfOneMind) {
    Bench bench;
    bench.sensor.cutPowerAfterStore = true;
    const std::string enrollment = bench.gateway.enroll(6);
    ASSERT_TRUE(ends(bench, enrollment));
    EXPECT_EQ(bench.boots, 2);
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "reset");
    bench.run(5000);
    EXPECT_TRUE(bench.sensor.library.empty());
    const std::string again = bench.gateway.enroll(6);
    ASSERT_TRUE(ends(bench, again));
    EXPECT_EQ(stateOf(bench, again), "succeeded");
}

TEST(Reset, AtEveryWriteOfAnEnrollment_LeavesSensorAndGatewayOfOneMind) {
    for (uint64_t write = 1; write <= 24; write++) {
        Bench bench({}, static_cast<uint32_t>(write));
        ASSERT_TRUE(isReady(bench));
        bench.flash.cutAt(write);
        const std::string enrollment = bench.gateway.enroll(3);
        ASSERT_TRUE(ends(bench, enrollment)) << write;
        bench.run(5000);
        const bool isStored = bench.sensor.library.count(3) == 1;
        EXPECT_EQ(isStored, stateOf(bench, enrollment) == "succeeded") << write;
        EXPECT_TRUE(bench.gateway.violations.empty()) << write << " " << bench.gateway.violations.front();
        EXPECT_EQ(bench.core().store().outbox.owed(), 0u);
    }
}

TEST(Identification, CountsOncePerFinger_AndZeroIsASlot) {
    Bench bench;
    bench.hasPerson = false;
    bench.sensor.library = {{0, 8}};
    ASSERT_TRUE(isReady(bench));
    bench.run(2000);
    bench.sensor.press(8);
    bench.run(6000);
    bench.sensor.lift();
    bench.run(3000);
    bench.sensor.press(9);
    bench.run(3000);
    ASSERT_EQ(bench.gateway.received.size(), 2u);
    EXPECT_EQ(bench.gateway.received[0].topic, "scanners/desk-1/identifications");
    EXPECT_EQ(ManualGateway::field(bench.gateway.received[0].payload, "slot"), "0");
    EXPECT_EQ(ManualGateway::field(bench.gateway.received[0].payload, "confidence"), "120");
    EXPECT_EQ(ManualGateway::field(bench.gateway.received[1].payload, "slot"), "null");
}

TEST(Identification, WithoutTheGateway_IsKept_AndComesLaterInOrder) {
    Bench bench;
    bench.hasPerson = false;
    for (uint16_t slot = 0; slot < 50; slot++) bench.sensor.library[slot] = 100 + slot;
    ASSERT_TRUE(isReady(bench));
    bench.run(1000);
    bench.line.isDown = true;
    bench.cutLine();
    for (int slot = 0; slot < 50; slot++) {
        bench.sensor.press(100 + slot);
        bench.run(1500);
        bench.sensor.lift();
        bench.run(1000);
        if (slot == 25) bench.restart();
        if (slot == 25) bench.run(4000);
    }
    EXPECT_TRUE(bench.gateway.received.empty());
    bench.line.isDown = false;
    ASSERT_TRUE(bench.until([&] { return bench.gateway.received.size() == 50; }));
    for (size_t slot = 0; slot < 50; slot++) {
        EXPECT_EQ(ManualGateway::field(bench.gateway.received[slot].payload, "slot"), std::to_string(slot));
    }
}

TEST(Command, Repeated_IsAnsweredAgain_AndDoneOnce) {
    Bench bench;
    ASSERT_TRUE(isReady(bench));
    bench.sensor.library = {{5, 1}};
    const std::string id = bench.gateway.command(R"("do":"delete","slot":5)");
    ASSERT_TRUE(bench.until([&] { return bench.gateway.answers.count(id) == 1; }));
    EXPECT_EQ(bench.gateway.answers[id], "ok");
    bench.run(500);
    bench.sensor.library = {{5, 2}};
    bench.restart();
    ASSERT_TRUE(isReady(bench));
    const int before = bench.gateway.duplicates;
    const std::string text = R"({"id":")" + id + R"(","do":"delete","slot":5})";
    bench.core().step(bench.uptime(), Input::command(Bytes::of(text)));
    ASSERT_TRUE(bench.until([&] { return bench.gateway.duplicates == before + 1; })) << "the same answer, under the same id";
    EXPECT_EQ(bench.sensor.library.size(), 1u);
}

TEST(Command, Resend_BringsTheKeptMessages_UnderTheirIds) {
    Bench bench;
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(ends(bench, enrollment));
    bench.run(1000);
    bench.restart();
    ASSERT_TRUE(isReady(bench));
    bench.run(1000);
    const int before = bench.gateway.duplicates;
    const std::string id = bench.gateway.command(R"("do":"resend","from":2,"enrollment":")" + enrollment + "\"");
    ASSERT_TRUE(bench.until([&] { return bench.gateway.answers.count(id) == 1; }));
    bench.run(1000);
    EXPECT_EQ(bench.gateway.duplicates - before, 5) << "waiting and progress of 2 and 3, and the result";
    const std::string other = bench.gateway.command(R"("do":"resend","from":1,"enrollment":"e-none")");
    ASSERT_TRUE(bench.until([&] { return bench.gateway.answers.count(other) == 1; }));
    EXPECT_EQ(bench.gateway.answers[other], "unknown_enrollment");
}

TEST(Command, Restart_IsAnsweredFirst_AndNotDoneTwice) {
    Bench bench;
    ASSERT_TRUE(isReady(bench));
    const std::string id = bench.gateway.command(R"("do":"restart")");
    ASSERT_TRUE(bench.until([&] { return bench.boots == 2; }));
    EXPECT_EQ(bench.gateway.answers[id], "ok");
    ASSERT_TRUE(isReady(bench));
    // The broker had not seen our PUBACK, and delivers it again.
    bench.core().step(bench.uptime(), Input::command(Bytes::of(R"({"id":")" + id + R"(","do":"restart"})")));
    bench.run(20'000);
    EXPECT_EQ(bench.boots, 2);
}

TEST(Command, NotUnderstood_IsAnsweredOrCounted) {
    Bench bench;
    ASSERT_TRUE(isReady(bench));
    const std::string id = bench.gateway.command(R"("do":"dance")");
    ASSERT_TRUE(bench.until([&] { return bench.gateway.answers.count(id) == 1; }));
    EXPECT_EQ(bench.gateway.answers[id], "unknown_command");
    bench.core().step(bench.uptime(), Input::command(Bytes::of("no json")));
    bench.run(1000);
    EXPECT_EQ(bench.gateway.received.size(), 1u);
}

TEST(Session, AnySensor_IsFound) {
    std::vector<emulator::Nature> natures(6);
    natures[0].baud = 9600;
    natures[1].password = 0xCAFE;
    natures[2].knowsParameters = false;
    natures[3].saysReady = natures[3].glitchesAtPowerUp = true;
    natures[4].refusesUnknown = natures[4].splitsReads = true;
    natures[5].buffers = 6;
    for (size_t i = 0; i < natures.size(); i++) {
        Bench bench(natures[i]);
        bench.settings.sensor.password = natures[i].password;
        bench.restart();
        ASSERT_TRUE(isReady(bench)) << i;
        EXPECT_EQ(bench.core().sensor().profile().buffers, natures[i].buffers) << i;
        EXPECT_EQ(bench.core().sensor().profile().capacity, natures[i].knowsParameters ? 1000 : 127) << i;
        const std::string enrollment = bench.gateway.enroll(1);
        ASSERT_TRUE(ends(bench, enrollment));
        EXPECT_EQ(stateOf(bench, enrollment), "succeeded") << i;
    }
}

TEST(Session, WrongPassword_IsAFaultOfItsOwn) {
    emulator::Nature nature;
    nature.password = 5;
    Bench bench(nature);
    ASSERT_TRUE(bench.until([&] { return bench.core().sensor().health() == SensorHealth::Error; }));
    bench.run(1000);
    EXPECT_EQ(ManualGateway::field(bench.gateway.statuses.back().payload, "sensor"), "error");
}

TEST(Led, SaysWhatToDo) {
    Bench bench;
    bench.hasPerson = false;
    ASSERT_TRUE(isReady(bench));
    bench.run(1000);
    EXPECT_EQ(bench.led, LedState::Ready);
    bench.gateway.enroll(0);
    ASSERT_TRUE(bench.until([&] { return bench.led == LedState::PlaceFinger; }));
    bench.sensor.press(1);
    ASSERT_TRUE(bench.until([&] { return bench.led == LedState::LiftFinger; }));
    bench.line.isDown = true;
    bench.cutLine();
    bench.sensor.lift();
    ASSERT_TRUE(bench.until([&] { return bench.led == LedState::PlaceFinger; }));
}
