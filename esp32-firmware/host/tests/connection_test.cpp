#include "link/connection.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/bench.h"

using namespace scanner;

namespace {

// Steps until MQTT is wanted; how long that took.
Millis untilWanted(Connection& connection, Millis from) {
    for (Millis now = from;; now++) {
        if (connection.step(now, false).connectMqtt) return now - from;
    }
}

Connection joined(uint32_t seed) {
    Connection connection(seed);
    connection.step(0, false);
    connection.wifiUp(0);
    return connection;
}

// The wait after the n-th refusal in a row.
Millis waitAfter(int refusals, uint32_t seed) {
    Connection connection = joined(seed);
    Millis now = untilWanted(connection, 0);
    Millis waited = 0;
    for (int i = 0; i < refusals; i++) {
        connection.mqttDown(now);
        waited = untilWanted(connection, now);
        now += waited;
    }
    return waited;
}

}  // namespace

TEST(Connection, RefusedAgainAndAgain_WaitsLonger_ToABound_AndNoTwoScannersAlike) {
    Millis first = 0, tenth = 0, least = kNever, most = 0;
    for (uint32_t seed = 1; seed <= 100; seed++) {
        first = std::max(first, waitAfter(1, seed));
        const Millis wait = waitAfter(10, seed);
        tenth = std::max(tenth, wait);
        least = std::min(least, wait);
        most = std::max(most, wait);
    }
    EXPECT_LE(first, 500u) << "the gateway restarts in a second";
    EXPECT_GT(tenth, 20'000u);
    EXPECT_LE(tenth, 30'100u);
    EXPECT_LT(least, most / 4) << "a hundred scanners after a power cut must not come at once";
}

TEST(Connection, ThatHeld_OrServed_IsTriedAgainSoon_AnyOtherCountsAsFailed) {
    for (const bool isServed : {true, false}) {
        Millis longest = 0;
        for (uint32_t seed = 1; seed <= 50; seed++) {
            Connection connection = joined(seed);
            Millis now = untilWanted(connection, 0);
            for (int i = 0; i < 10; i++) {
                connection.mqttUp(now);
                if (isServed) connection.mqttServed();
                connection.mqttDown(now + 100);
                const Millis waited = untilWanted(connection, now + 100);
                longest = std::max(longest, waited);
                now += 100 + waited;
            }
        }
        EXPECT_EQ(longest <= 500, isServed) << longest;
    }
    Connection held = joined(1);
    Millis now = untilWanted(held, 0);
    for (int i = 0; i < 10; i++) {
        held.mqttUp(now);
        held.mqttDown(now + 10'000);
        const Millis waited = untilWanted(held, now + 10'000);
        EXPECT_LE(waited, 500u);
        now += 10'000 + waited;
    }
}

TEST(Connection, ThatNeverAnswers_IsGivenUp_ClosedFirst_AndTriedAgain) {
    Connection connection = joined(3);
    Millis now = untilWanted(connection, 0);
    bool isClosed = false;
    for (const Millis end = now + 20'000; now < end; now++) {
        const Connection::Wants wants = connection.step(now, false);
        EXPECT_FALSE(wants.closeMqtt && wants.connectMqtt);
        isClosed = isClosed || wants.closeMqtt;
        if (wants.connectMqtt) break;
    }
    EXPECT_TRUE(isClosed);
    EXPECT_LT(now, 20'000u);
}

TEST(Connection, WifiLost_TakesMqttWithIt_AndIsBegunAnew) {
    Connection connection = joined(4);
    connection.mqttUp(untilWanted(connection, 0));
    connection.wifiDown(5000);
    Connection::Wants wants = connection.step(5000, false);
    EXPECT_TRUE(wants.closeMqtt);
    EXPECT_FALSE(connection.isMqttUp());
    Millis now = 5000;
    while (!wants.beginWifi && now < 10'000) wants = connection.step(++now, false);
    EXPECT_TRUE(wants.beginWifi);
    EXPECT_FALSE(wants.connectMqtt) << "not before there is Wi-Fi";
    // Nothing comes of it: begun from the ground up, again and again.
    int begun = 0;
    for (const Millis end = now + 120'000; now < end; now++) begun += connection.step(now, false).beginWifi ? 1 : 0;
    EXPECT_GE(begun, 2);
    connection.wifiUp(now);
    EXPECT_EQ(untilWanted(connection, now), 0u) << "MQTT at once";
}

TEST(Connection, WifiGoneForHalfAnHour_RestartsTheBoard_ButNoEnrollment) {
    Connection connection = joined(5);
    connection.wifiDown(1000);
    const Millis half = 30 * 60'000;
    EXPECT_FALSE(connection.step(half, true).restart);
    EXPECT_FALSE(connection.step(half + 1000, false).restart) << "somebody has a finger on it";
    EXPECT_TRUE(connection.step(half + 1001, true).restart);
    connection.wifiUp(half + 1002);
    EXPECT_FALSE(connection.step(half + 1002, true).restart);
}

TEST(Line, ThatBreaksBehindEachMessage_StillBringsThemSoon) {
    Bench bench;
    bench.hasPerson = false;
    for (uint16_t slot = 0; slot < 20; slot++) bench.sensor.library[slot] = 100 + slot;
    ASSERT_TRUE(bench.isReady());
    bench.run(1000);
    bench.line.isDown = true;
    bench.cutLine();
    for (int slot = 0; slot < 20; slot++) bench.touch(100 + slot);
    bench.line.isDown = false;
    bench.run(40'000);  // the wait that began while it was down
    const size_t before = bench.gateway.received.size();
    ASSERT_EQ(before, 20u);
    bench.line.cutPerPublish = 0.3;
    const Millis began = bench.uptime();
    for (int slot = 0; slot < 20; slot++) bench.touch(100 + slot);
    ASSERT_TRUE(bench.until([&] { return bench.gateway.received.size() == before + 20; }))
        << bench.gateway.received.size() - before << " came, owed " << bench.core().store().outbox.owed() << " up " << bench.isConnected();
    EXPECT_LT(bench.uptime() - began, 120'000u) << "fifty seconds of fingers";
}
