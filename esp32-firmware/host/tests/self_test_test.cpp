#include <gtest/gtest.h>

#include <functional>

#include "diagnosis/self_test.h"
#include "tests/bench.h"

using namespace scanner;

namespace {

std::string said(Bench& bench) {
    Findings findings;
    lookAtSensor(bench.core().sensor(), findings);
    return std::string(sensorSentence(findings).view());
}

// What is said of a sensor that is broken in that way from the start, or breaks so after it has worked.
void expectSays(const std::string& beginning, const std::function<void(Bench&)>& breaks) {
    for (const bool hasWorked : {false, true}) {
        Bench bench;
        if (hasWorked) {
            ASSERT_TRUE(bench.isReady());
            EXPECT_EQ(said(bench), "sensor: ok");
        }
        breaks(bench);
        ASSERT_TRUE(bench.until([&] { return bench.core().sensor().health() > SensorHealth::Ok; })) << beginning;
        // Whenever it is asked from then on.
        for (int i = 0; i < 60; i++) {
            EXPECT_EQ(said(bench).substr(0, beginning.size()), beginning) << (hasWorked ? "it had worked; " : "from the start; ") << said(bench);
            bench.run(701);
        }
    }
}

}  // namespace

TEST(SelfTest, Sensor_StillLookedFor_IsNoFault) {
    Bench bench;
    EXPECT_EQ(said(bench), "sensor: still being looked for; ask again in ten seconds");
}

TEST(SelfTest, Sensor_Unplugged_IsToldAsWiring) {
    expectSays("sensor: WIRING. Not a byte arrives", [](Bench& bench) { bench.sensor.faults.ignoredCommand = 1; });
}

TEST(SelfTest, Sensor_OnALooseWire_IsToldAsWiring) {
    expectSays("sensor: WIRING. Something arrives, but no packet", [](Bench& bench) { bench.sensor.faults.droppedByte = 1; });
}

TEST(SelfTest, Sensor_ThatAnswersOnlySome_IsToldAsFault) {
    expectSays("sensor: FAULT. It answers, but not to everything", [](Bench& bench) { bench.sensor.ignores = {0x01, 0x0F, 0x1D}; });
}

TEST(SelfTest, Sensor_WithAPassword_IsToldSo) {
    expectSays("sensor: FAULT. It answers, but has another password", [](Bench& bench) {
        emulator::Nature locked;
        locked.password = 5;
        bench.replaceSensor(locked);
    });
}
