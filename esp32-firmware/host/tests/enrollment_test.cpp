#include <gtest/gtest.h>

#include "tests/bench.h"

using namespace scanner;

class Enrolling : public testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(Enrolling, OfAnyLength_OnEitherSensor_Succeeds) {
    emulator::Nature nature;
    nature.buffers = std::get<0>(GetParam());
    const int scans = std::get<1>(GetParam());
    Bench bench(nature);
    const std::string enrollment = bench.gateway.enroll(0, scans);
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.stateOf(enrollment), "succeeded") << bench.gateway.enrollments[enrollment].reason;
    EXPECT_EQ(bench.gateway.enrollments[enrollment].captured, scans);
    EXPECT_EQ(bench.gateway.enrollments[enrollment].waiting, scans);
    EXPECT_EQ(bench.sensor.library.at(0), 1);
    bench.run(1000);
    EXPECT_EQ(ManualGateway::field(bench.gateway.statuses.back().payload, "stored"), "1") << "told at once";
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
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.sensor.library.at(4), 1);
}

TEST(Enrollment, FingerKnownAlready_IsRefused) {
    Bench bench;
    bench.sensor.library = {{9, 1}};
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(bench.ends(enrollment));
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
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.sensor.library.at(0), 1);
}

TEST(Enrollment, StoreAcknowledgedButNotKept_IsNoticed) {
    Bench bench;
    bench.sensor.losesStores = 1;
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.stateOf(enrollment), "succeeded") << "stored again";
    EXPECT_EQ(bench.sensor.library.count(0), 1u);
    bench.sensor.losesStores = 2;
    bench.finger = 2;
    const std::string lost = bench.gateway.enroll(1);
    ASSERT_TRUE(bench.ends(lost));
    EXPECT_EQ(bench.gateway.enrollments[lost].reason, "store_failed");
    EXPECT_EQ(bench.gateway.enrollments[lost].captured, 2) << "100 % is told of nothing that is not there";
}

TEST(Enrollment, StoreRefused_EndsIt_AndSaysSo) {
    Bench bench;
    bench.sensor.says[0x06] = 0x18;
    const std::string enrollment = bench.gateway.enroll(1);
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "store_failed");
    EXPECT_EQ(bench.gateway.enrollments[enrollment].captured, 2);
}

TEST(Enrollment, BadImage_IsAskedForAgain_FiveTimesAtEachStep) {
    Bench dirty;
    dirty.sensor.faults.badImage = 1;
    const std::string never = dirty.gateway.enroll(1);
    ASSERT_TRUE(dirty.ends(never));
    const std::string reason = dirty.gateway.enrollments[never].reason;
    EXPECT_TRUE(reason == "messy" || reason == "few_features") << reason;

    Bench bench;
    const std::string enrollment = bench.gateway.enroll(1);
    const auto retries = [&] {
        size_t count = 0;
        for (const auto& message : bench.gateway.received) count += ManualGateway::field(message.payload, "status") == "retry" ? 1 : 0;
        return count;
    };
    for (size_t step = 1; step <= 3; step++) {
        bench.sensor.faults.badImage = 1;
        ASSERT_TRUE(bench.until([&] { return retries() == 4 * step; }));
        bench.sensor.faults.badImage = 0;
        ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[enrollment].captured == static_cast<int>(step); })) << step;
    }
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.stateOf(enrollment), "succeeded") << "four of five, at each step";
    EXPECT_EQ(bench.gateway.enrollments[enrollment].waiting, 3) << "once for each step: a retry says it too";
}

TEST(Enrollment, TemplateThatIsHardToErase_IsTriedThreeTimes_AndDoesNotHoldUpTheNext) {
    Bench bench;
    ASSERT_TRUE(bench.isReady());
    for (const int refusals : {1000, 2, 1000, 2}) {
        const std::string enrollment = bench.gateway.enroll(2);
        ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[enrollment].captured == 2; }));
        bench.sensor.library[2] = 55;
        bench.sensor.keepsErased = refusals;
        bench.gateway.cancel(enrollment);
        bench.run(10'000);
        EXPECT_TRUE(bench.core().store().journal.phase() == EnrollmentJournal::Phase::Closed);
        EXPECT_EQ(bench.sensor.library.count(2), refusals == 2 ? 0u : 1u) << refusals;
        bench.sensor.keepsErased = 0;
    }
    const std::string next = bench.gateway.enroll(3);
    ASSERT_TRUE(bench.ends(next));
    EXPECT_EQ(bench.stateOf(next), "succeeded");
}

TEST(Enrollment, StepThatTheFlashDoesNotTake_HasNotHappened_AndNothingIsStored) {
    Bench bench;
    const std::string enrollment = bench.gateway.enroll(2);
    ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[enrollment].captured == 1; }));
    bench.flash.failsWrites = true;
    bench.run(60'000);
    EXPECT_TRUE(bench.sensor.library.empty());
    EXPECT_FALSE(bench.core().sensor().isEnrolling());
    EXPECT_EQ(bench.led, LedState::StorageFault);
    bench.flash.failsWrites = false;
    bench.restart();
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "reset");
}

TEST(Enrollment, LeftoverInItsSlot_IsNoObstacle) {
    Bench bench;
    bench.sensor.library = {{3, 1}};
    const std::string enrollment = bench.gateway.enroll(3);
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.stateOf(enrollment), "succeeded");
}

TEST(Enrollment, NobodyComes_EndsByTimeout) {
    Bench bench;
    bench.hasPerson = false;
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "timeout");
}

TEST(Enrollment, FingerNeverLifted_EndsByTimeout_AndLeavesNothing) {
    Bench bench;
    bench.hasPerson = false;
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(bench.until([&] { return bench.led == LedState::PlaceFinger; }));
    bench.sensor.press(1);
    ASSERT_TRUE(bench.ends(enrollment));
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
    EXPECT_EQ(bench.stateOf(enrollment), "scanning") << "its end is the gateway's to tell";
    EXPECT_FALSE(bench.core().sensor().isEnrolling());
    EXPECT_EQ(bench.led, LedState::Ready);
}

TEST(Enrollment, HeardTooLate_IsRefused) {
    Bench bench;
    const std::string enrollment = bench.gateway.enroll(0, 3, 0);
    ASSERT_TRUE(bench.ends(enrollment));
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
    ASSERT_TRUE(bench.ends(next));
    EXPECT_EQ(bench.stateOf(next), "succeeded") << "the same finger is free to be enrolled";
}

TEST(Enrollment, AnotherOrder_TakesThePlaceOfTheRunningOne) {
    Bench bench;
    const std::string first = bench.gateway.enroll(1);
    ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[first].captured == 1; }));
    const std::string second = bench.gateway.enroll(2);
    ASSERT_TRUE(bench.ends(second));
    EXPECT_EQ(bench.stateOf(second), "succeeded");
    EXPECT_EQ(bench.sensor.library, (std::map<uint16_t, int>{{2, 1}}));
}

TEST(Enrollment, SlotBeyondTheSensor_IsRefused) {
    emulator::Nature nature;
    nature.capacity = 100;
    Bench bench(nature);
    const std::string enrollment = bench.gateway.enroll(100);
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.gateway.answers[bench.gateway.enrollments[enrollment].command], "bad_slot") << "refused, not begun";
}

TEST(Enrollment, WithoutASensor_IsRefused_AndTheStatusSaysSo) {
    Bench bench;
    ASSERT_TRUE(bench.isReady());
    bench.sensor.faults.ignoredCommand = 1;
    ASSERT_TRUE(bench.until([&] { return bench.core().sensor().health() == SensorHealth::Missing; }));
    bench.run(1000);
    EXPECT_EQ(ManualGateway::field(bench.gateway.statuses.back().payload, "sensor"), "missing");
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "sensor_fault");
    bench.sensor.faults.ignoredCommand = 0;
    EXPECT_TRUE(bench.isReady()) << "and it comes back by itself";
}

TEST(Enrollment, SensorThatHangs_FailsIt_AndIsPowerCycled) {
    Bench bench;
    const std::string enrollment = bench.gateway.enroll(5);
    ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[enrollment].captured == 2; }));
    bench.sensor.faults.stuckBusy = 1;
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "sensor_lost");
    bench.sensor.faults.stuckBusy = 0;
    ASSERT_TRUE(bench.isReady());
    bench.run(10'000);
    EXPECT_TRUE(bench.sensor.library.empty());
}

class AfterStore : public testing::TestWithParam<bool> {};

TEST_P(AfterStore, PowerGoesBeforeTheAck_SensorAndGatewayAreOfOneMind) {
    Bench bench;
    bench.sensor.cutPowerAfterStore = true;
    bench.sensor.losesCutStore = GetParam();
    const std::string enrollment = bench.gateway.enroll(6);
    ASSERT_TRUE(bench.ends(enrollment));
    EXPECT_EQ(bench.boots, 2);
    EXPECT_EQ(bench.gateway.enrollments[enrollment].reason, "reset");
    bench.run(5000);
    EXPECT_TRUE(bench.sensor.library.empty());
    const std::string again = bench.gateway.enroll(6);
    ASSERT_TRUE(bench.ends(again));
    EXPECT_EQ(bench.stateOf(again), "succeeded");
}

INSTANTIATE_TEST_SUITE_P(WhetherTheTemplateIsThereOrNot, AfterStore, testing::Values(false, true));

TEST(Reset, AtEveryWriteOfAnEnrollment_LeavesSensorAndGatewayOfOneMind) {
    for (uint64_t write = 1; write <= 24; write++) {
        Bench bench({}, static_cast<uint32_t>(write));
        ASSERT_TRUE(bench.isReady());
        bench.flash.cutAt(write);
        const std::string enrollment = bench.gateway.enroll(3);
        ASSERT_TRUE(bench.ends(enrollment)) << write;
        bench.run(5000);
        const bool isStored = bench.sensor.library.count(3) == 1;
        EXPECT_EQ(isStored, bench.stateOf(enrollment) == "succeeded") << write;
        EXPECT_TRUE(bench.gateway.violations.empty()) << write << " " << bench.gateway.violations.front();
        EXPECT_EQ(bench.core().store().outbox.owed(), 0u);
    }
}
