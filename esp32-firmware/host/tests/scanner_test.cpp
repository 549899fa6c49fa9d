#include <gtest/gtest.h>

#include <set>

#include "tests/bench.h"

using namespace scanner;

TEST(Scanner, Birth_TellsSensorAndSize) {
    Bench bench;
    bench.settings.resetReason.assign("brownout");
    bench.restart();
    bench.sensor.library = {{0, 5}, {7, 6}};
    ASSERT_TRUE(bench.isReady());
    bench.run(2000);
    const std::string status = bench.gateway.statuses.back().payload;
    EXPECT_EQ(ManualGateway::field(status, "state"), "online");
    EXPECT_EQ(ManualGateway::field(status, "sensor"), "ok");
    EXPECT_EQ(ManualGateway::field(status, "capacity"), "1000");
    EXPECT_EQ(ManualGateway::field(status, "stored"), "2");
    EXPECT_EQ(ManualGateway::field(status, "reset"), "brownout");
    EXPECT_EQ(ManualGateway::field(status, "rssi"), "-61");
    EXPECT_EQ(ManualGateway::field(status, "storage"), "");
    EXPECT_EQ(bench.gateway.statuses.back().topic, "scanners/desk-1/status");
}

TEST(Scanner, Heartbeat_ComesEveryThirtySeconds) {
    Bench bench;
    ASSERT_TRUE(bench.isReady());
    bench.run(5000);
    const size_t before = bench.gateway.statuses.size();
    bench.run(300'000);
    EXPECT_EQ(bench.gateway.statuses.size() - before, 10u);
}

TEST(Identification, CountsOncePerFinger_AndZeroIsASlot) {
    Bench bench;
    bench.hasPerson = false;
    bench.sensor.library = {{0, 8}};
    ASSERT_TRUE(bench.isReady());
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
    ASSERT_TRUE(bench.isReady());
    bench.run(1000);
    bench.line.isDown = true;
    bench.cutLine();
    for (int slot = 0; slot < 50; slot++) {
        bench.touch(100 + slot);
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
    ASSERT_TRUE(bench.isReady());
    bench.sensor.library = {{5, 1}};
    const std::string id = bench.gateway.command(R"("do":"delete","slot":5)");
    ASSERT_TRUE(bench.until([&] { return bench.gateway.answers.count(id) == 1; }));
    EXPECT_EQ(bench.gateway.answers[id], "ok");
    bench.run(500);
    bench.sensor.library = {{5, 2}};
    bench.restart();
    ASSERT_TRUE(bench.isReady());
    const int before = bench.gateway.duplicates;
    const std::string text = R"({"id":")" + id + R"(","do":"delete","slot":5})";
    bench.core().step(bench.uptime(), Input::command(Bytes::of(text)));
    ASSERT_TRUE(bench.until([&] { return bench.gateway.duplicates == before + 1; })) << "the same answer, under the same id";
    EXPECT_EQ(bench.sensor.library.size(), 1u);
}

TEST(Command, Resend_BringsTheKeptMessages_UnderTheirIds) {
    Bench bench;
    const std::string enrollment = bench.gateway.enroll(0);
    ASSERT_TRUE(bench.ends(enrollment));
    bench.run(1000);
    bench.restart();
    ASSERT_TRUE(bench.isReady());
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
    ASSERT_TRUE(bench.isReady());
    const std::string id = bench.gateway.command(R"("do":"restart")");
    ASSERT_TRUE(bench.until([&] { return bench.boots == 2; }));
    EXPECT_EQ(bench.gateway.answers[id], "ok");
    ASSERT_TRUE(bench.isReady());
    // The broker had not seen our PUBACK, and delivers it again.
    bench.core().step(bench.uptime(), Input::command(Bytes::of(R"({"id":")" + id + R"(","do":"restart"})")));
    bench.run(20'000);
    EXPECT_EQ(bench.boots, 2);
}

TEST(Command, NotUnderstood_IsAnsweredOrCounted) {
    Bench bench;
    ASSERT_TRUE(bench.isReady());
    const std::string id = bench.gateway.command(R"("do":"dance")");
    ASSERT_TRUE(bench.until([&] { return bench.gateway.answers.count(id) == 1; }));
    EXPECT_EQ(bench.gateway.answers[id], "unknown_command");
    bench.core().step(bench.uptime(), Input::command(Bytes::of("no json")));
    bench.run(1000);
    EXPECT_EQ(bench.gateway.received.size(), 1u);
}

TEST(Session, AnySensor_IsFound) {
    std::vector<emulator::Nature> natures(7);
    natures[0].baud = 9600;
    natures[1].password = 0xCAFE;
    natures[2].knowsParameters = false;
    natures[3].saysReady = natures[3].glitchesAtPowerUp = true;
    natures[4].refusesUnknown = natures[4].splitsReads = true;
    natures[5].buffers = 6;
    natures[6].garblesParameters = true;
    for (size_t i = 0; i < natures.size(); i++) {
        Bench bench(natures[i]);
        bench.settings.sensor.password = natures[i].password;
        bench.restart();
        ASSERT_TRUE(bench.isReady()) << i;
        EXPECT_EQ(bench.core().sensor().profile().buffers, natures[i].buffers) << i;
        EXPECT_EQ(bench.core().sensor().profile().capacity, natures[i].knowsParameters && !natures[i].garblesParameters ? 1000 : 127) << i;
        const std::string enrollment = bench.gateway.enroll(1);
        ASSERT_TRUE(bench.ends(enrollment));
        EXPECT_EQ(bench.stateOf(enrollment), "succeeded") << i;
    }
}

TEST(Session, AnotherSensorOnThePlug_IsTakenWithItsOwnSize) {
    Bench bench;
    bench.sensor.library = {{0, 5}};
    ASSERT_TRUE(bench.isReady());
    emulator::Nature locked;
    locked.password = 5;
    bench.replaceSensor(locked);
    ASSERT_TRUE(bench.until([&] { return bench.core().sensor().health() == SensorHealth::Error; }));
    emulator::Nature small;
    small.capacity = 162;
    bench.replaceSensor(small);
    ASSERT_TRUE(bench.isReady()) << "looked for again by itself";
    bench.run(1000);
    EXPECT_EQ(ManualGateway::field(bench.gateway.statuses.back().payload, "capacity"), "162");
    EXPECT_EQ(ManualGateway::field(bench.gateway.statuses.back().payload, "stored"), "0") << "the gateway sees that they differ";
}

TEST(Session, SensorThatNeedsAMomentToWakeUp_IsNotCalledMissing) {
    emulator::Nature nature;
    Bench bench(nature);
    ASSERT_TRUE(bench.until([&] { return bench.core().sensor().health() != SensorHealth::Starting; }));
    EXPECT_EQ(bench.core().sensor().health(), SensorHealth::Ok);
    EXPECT_EQ(bench.powerCycles, 0);
}

TEST(Messages, BearTheContractsFlags_AndEachWillAnIdOfItsOwn) {
    Bench bench;
    bench.sensor.library = {{9, 7}};
    ASSERT_TRUE(bench.ends(bench.gateway.enroll(0)));
    bench.hasPerson = false;
    bench.sensor.lift();
    bench.run(3000);
    bench.touch(7);
    bench.cutLine();
    bench.run(5000);
    std::map<std::string, int> seen;
    for (const Bench::Sent& sent : bench.sent) {
        const std::string kind = sent.topic.substr(std::string("scanners/desk-1/").size(), 6);
        seen[kind]++;
        EXPECT_EQ(sent.qos, kind == "status" ? 0 : 1) << sent.topic;
        EXPECT_EQ(sent.isRetained, kind == "status" || kind == "enroll") << sent.topic;
    }
    for (const char* kind : {"status", "enroll", "identi", "acks"}) EXPECT_GT(seen[kind], 0) << kind;
    ASSERT_GE(bench.wills.size(), 2u);
    std::set<std::string> ids;
    for (const Bench::Sent& will : bench.wills) {
        EXPECT_EQ(will.topic, "scanners/desk-1/status");
        EXPECT_EQ(ManualGateway::field(will.payload, "state"), "offline");
        EXPECT_EQ(will.qos, 1);
        EXPECT_TRUE(will.isRetained);
        ids.insert(ManualGateway::field(will.payload, "id"));
    }
    EXPECT_EQ(ids.size(), bench.wills.size());
}

TEST(Session, WrongPassword_IsAFaultOfItsOwn) {
    emulator::Nature nature;
    nature.password = 5;
    Bench bench(nature);
    ASSERT_TRUE(bench.until([&] { return bench.core().sensor().health() == SensorHealth::Error; }));
    bench.run(1000);
    EXPECT_EQ(ManualGateway::field(bench.gateway.statuses.back().payload, "sensor"), "error");
}

TEST(Led, Located_SaysHereIAmForAWhile_AndThenWhatItSaidBefore) {
    Bench bench;
    bench.hasPerson = false;
    ASSERT_TRUE(bench.isReady());
    const std::string id = bench.gateway.command(R"("do":"locate")");
    ASSERT_TRUE(bench.until([&] { return bench.led == LedState::Located; }));
    EXPECT_STREQ(describe(bench.led), "here I am");
    ASSERT_TRUE(bench.until([&] { return bench.led == LedState::Ready; }));
    EXPECT_EQ(bench.gateway.answers[id], "ok");
    EXPECT_EQ(bench.gateway.answers.size(), 1u);
}

TEST(Led, SaysWhatToDo) {
    Bench bench;
    bench.hasPerson = false;
    ASSERT_TRUE(bench.isReady());
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
