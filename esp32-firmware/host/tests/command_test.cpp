#include "messages/command.h"

#include <gtest/gtest.h>

#include "tests/bench.h"

using namespace scanner;

namespace {

void tell(Bench& bench, const std::string& text) { bench.core().step(bench.uptime(), Input::command(Bytes::of(text))); }

size_t answersTo(const Bench& bench, const std::string& id) {
    size_t count = 0;
    for (const auto& message : bench.gateway.received) count += ManualGateway::field(message.payload, "command") == id ? 1 : 0;
    return count;
}

std::string answerTo(Bench& bench, const std::string& id) {
    EXPECT_TRUE(bench.until([&] { return bench.gateway.answers.count(id) == 1; })) << id;
    return bench.gateway.answers[id];
}

}  // namespace

TEST(Command, Expiry_CountsFromItsReceipt_AndWhatIsPastIsOver) {
    Command command;
    for (const char* seconds : {"0", "-5", "-0.4"}) {
        const std::string text = std::string(R"({"id":"c","do":"delete","slot":1,"expiresIn":)") + seconds + "}";
        ASSERT_TRUE(readCommand(Bytes::of(text), 7000, command));
        EXPECT_EQ(command.expiresAt, 7000u) << seconds;
    }
    ASSERT_TRUE(readCommand(Bytes::of(R"({"id":"c","do":"delete","slot":1,"expiresIn":2})"), 7000, command));
    EXPECT_EQ(command.expiresAt, 9000u);
    ASSERT_TRUE(readCommand(Bytes::of(R"({"id":"c","do":"delete","slot":1})"), 7000, command));
    EXPECT_EQ(command.expiresAt, kNever);
}

TEST(Command, Expired_IsNotDone_WhetherItCameLateOrWaitedTooLong) {
    Bench bench;
    ASSERT_TRUE(bench.isReady());
    bench.sensor.library = {{5, 1}};
    const std::string late = bench.gateway.command(R"("do":"delete","slot":5,"expiresIn":0)");
    EXPECT_EQ(answerTo(bench, late), "expired");
    EXPECT_EQ(bench.sensor.library.size(), 1u);

    // The sensor speaks at 9600: by the time it is found, nobody waits for the enrollment any more.
    emulator::Nature slow;
    slow.baud = 9600;
    Bench waiting(slow);
    const std::string enrollment = waiting.gateway.enroll(0, 3, 1);
    ASSERT_TRUE(waiting.ends(enrollment));
    EXPECT_EQ(waiting.gateway.enrollments[enrollment].reason, "expired");
}

TEST(Command, SaidTwiceWhileItWaits_IsAnsweredOnce) {
    emulator::Nature slow;
    slow.baud = 9600;
    Bench bench(slow);
    tell(bench, R"({"id":"c1","do":"delete","slot":5})");
    tell(bench, R"({"id":"c1","do":"delete","slot":5})");
    EXPECT_EQ(answerTo(bench, "c1"), "ok");
    bench.run(3000);
    EXPECT_EQ(answersTo(bench, "c1"), 1u);
}

TEST(Command, SeveralAtOnce_AreDoneInTheirOrder_AndNoneIsLost) {
    Bench bench;
    ASSERT_TRUE(bench.isReady());
    for (uint16_t slot = 0; slot < 20; slot++) bench.sensor.library[slot] = 100 + slot;
    std::vector<std::string> ids;
    for (int slot = 0; slot < 20; slot++) ids.push_back(bench.gateway.command(R"("do":"delete","slot":)" + std::to_string(slot)));
    // More than it can keep in mind: what it did not take is said again when it connects again.
    bench.run(20'000);
    for (int again = 0; again < 4; again++) {
        bench.cutLine();
        bench.run(20'000);
    }
    for (const std::string& id : ids) EXPECT_EQ(bench.gateway.answers[id], "ok") << id;
    EXPECT_TRUE(bench.sensor.library.empty());

    std::vector<std::string> few;
    for (int slot = 0; slot < 8; slot++) few.push_back(bench.gateway.command(R"("do":"delete","slot":)" + std::to_string(slot)));
    bench.run(10'000);
    for (const std::string& id : few) EXPECT_EQ(bench.gateway.answers[id], "ok") << "eight need no second saying";
}

TEST(Command, Delete_DuringAnEnrollment_WaitsForItsEnd) {
    for (int step = 0; step <= 2; step++) {
        Bench bench;
        bench.sensor.library = {{9, 77}};
        const std::string enrollment = bench.gateway.enroll(2);
        ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[enrollment].captured == step && bench.core().sensor().isEnrolling(); }));
        const std::string id = bench.gateway.command(R"("do":"delete","slot":9)");
        ASSERT_TRUE(bench.until([&] { return bench.gateway.enrollments[enrollment].captured == step + 1; }));
        EXPECT_EQ(bench.sensor.library.count(9), 1u) << "not in the middle of it";
        ASSERT_TRUE(bench.ends(enrollment));
        EXPECT_EQ(bench.stateOf(enrollment), "succeeded");
        EXPECT_EQ(answerTo(bench, id), "ok");
        EXPECT_EQ(bench.sensor.library, (std::map<uint16_t, int>{{2, 1}}));
    }
}

TEST(Command, Delete_ThatTheSensorDidNotDo_IsNotCalledDone) {
    Bench bench;
    ASSERT_TRUE(bench.isReady());
    bench.sensor.library = {{5, 1}};
    bench.sensor.keepsErased = 1000;
    EXPECT_EQ(answerTo(bench, bench.gateway.command(R"("do":"delete","slot":5)")), "bad_slot") << "it said that it did";
    bench.sensor.says[0x0C] = 0x10;
    EXPECT_EQ(answerTo(bench, bench.gateway.command(R"("do":"delete","slot":5)")), "bad_slot") << "it said that it cannot";
    bench.sensor.keepsErased = 0;
    bench.sensor.library.clear();
    EXPECT_EQ(answerTo(bench, bench.gateway.command(R"("do":"delete","slot":5)")), "ok") << "some call it a failure when there is nothing";
    bench.sensor.says.clear();
    EXPECT_EQ(answerTo(bench, bench.gateway.command(R"("do":"delete","slot":1000)")), "bad_slot") << "it has no such slot";
}

TEST(Command, Delete_WithoutASensor_IsRefused_AndNotDoneWhenItIsBack) {
    Bench bench;
    ASSERT_TRUE(bench.isReady());
    bench.sensor.library = {{5, 1}};
    bench.sensor.faults.ignoredCommand = 1;
    EXPECT_EQ(answerTo(bench, bench.gateway.command(R"("do":"delete","slot":5)")), "sensor_fault");
    bench.sensor.faults.ignoredCommand = 0;
    ASSERT_TRUE(bench.until([&] { return bench.core().sensor().health() == SensorHealth::Ok; }));
    bench.run(10'000);
    EXPECT_EQ(bench.sensor.library.size(), 1u) << "the gateway has been told that it was not";
    EXPECT_EQ(answerTo(bench, bench.gateway.command(R"("do":"delete","slot":5)")), "ok");
}

TEST(Command, Delete_ThatTheSensorNeverAnswers_IsNotCalledDone) {
    Bench bench;
    ASSERT_TRUE(bench.isReady());
    bench.sensor.library = {{5, 1}};
    bench.sensor.ignores = {0x0C};
    EXPECT_EQ(answerTo(bench, bench.gateway.command(R"("do":"delete","slot":5,"expiresIn":30)")), "expired");
}

TEST(Command, Restart_ThatCameLate_IsNotDone) {
    Bench bench;
    ASSERT_TRUE(bench.isReady());
    EXPECT_EQ(answerTo(bench, bench.gateway.command(R"("do":"restart","expiresIn":0)")), "expired");
    bench.run(20'000);
    EXPECT_EQ(bench.boots, 1);
}

TEST(Command, Delete_ThatWaitedTooLong_IsNotDone) {
    Bench bench;
    bench.hasPerson = false;
    bench.sensor.library = {{5, 7}};
    const std::string enrollment = bench.gateway.enroll(2, 3, 60);
    ASSERT_TRUE(bench.until([&] { return bench.core().sensor().isEnrolling(); }));
    EXPECT_EQ(answerTo(bench, bench.gateway.command(R"("do":"delete","slot":5,"expiresIn":10)")), "expired");
    EXPECT_EQ(bench.sensor.library.size(), 1u);
}

TEST(Command, Restart_WaitsUntilItsAnswerIsWithTheGateway_ButNotForEver) {
    Bench bench;
    ASSERT_TRUE(bench.isReady());
    tell(bench, R"({"id":"r1","do":"restart"})");
    bench.line.isDown = true;
    bench.cutLine();
    const Millis began = bench.uptime();
    ASSERT_TRUE(bench.until([&] { return bench.boots == 2 || bench.uptime() - began > 4000; }));
    EXPECT_EQ(bench.boots, 1) << "nobody has the answer yet";
    ASSERT_TRUE(bench.until([&] { return bench.boots == 2; }, 5000));
    bench.line.isDown = false;
    EXPECT_EQ(answerTo(bench, "r1"), "ok") << "after the restart";
    bench.run(10'000);
    EXPECT_EQ(bench.boots, 2);
}

TEST(Command, EnrollWithoutExpiry_HasFiveMinutes) {
    Bench bench;
    bench.hasPerson = false;
    ASSERT_TRUE(bench.isReady());
    tell(bench, R"({"id":"c1","do":"enroll","enrollment":"e-9","slot":2,"scans":10})");
    const Millis began = bench.uptime();
    while (bench.uptime() - began < 400'000 && (bench.uptime() - began < 1000 || bench.core().sensor().isEnrolling())) {
        bench.run(45'000);
        bench.sensor.press(1);
        bench.run(1500);
        bench.sensor.lift();
    }
    EXPECT_GT(bench.uptime() - began, 290'000u);
    EXPECT_LT(bench.uptime() - began, 360'000u);
    bench.run(5000);
    EXPECT_TRUE(bench.sensor.library.empty());
}
