#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/bench.h"

using namespace scanner;

namespace {

// How many random histories; FIRMWARE_ROUNDS makes a long night of it.
int rounds() {
    const char* given = getenv("FIRMWARE_ROUNDS");
    return given != nullptr ? atoi(given) : 150;
}

struct Totals {
    int succeeded = 0, failed = 0, boots = 0, duplicates = 0;
};

// One history: enrollments, identifications and cancellations under faults of sensor, line and power, then peace.
void play(uint32_t seed, Totals& totals) {
    std::mt19937 random(seed);
    const auto chance = [&](double of) { return static_cast<double>(random() % 10000) < of * 10000; };
    emulator::Nature nature;
    nature.buffers = chance(0.3) ? 6 : 2;
    nature.splitsReads = chance(0.5);
    nature.glitchesAtPowerUp = chance(0.3);
    nature.refusesUnknown = chance(0.3);
    Bench bench(nature, seed, 8);
    const double badness = static_cast<double>(random() % 4) * 0.01;
    bench.sensor.faults = {badness, badness, badness, badness, badness, badness, badness / 20, badness * 4, badness * 2};
    bench.line.cutPerPublish = static_cast<double>(random() % 4) * 0.08;

    int finger = 10;
    for (uint16_t slot = 0; slot < 5; slot++) {
        bench.finger = ++finger;
        if (chance(0.25)) bench.flash.cutAt(1 + random() % 40);
        const std::string enrollment = bench.gateway.enroll(slot, 1 + static_cast<int>(random() % 4));
        bench.sensor.cutPowerAfterStore = chance(0.1);
        const bool isCancelled = chance(0.15);
        const Millis patience = isCancelled ? random() % 15'000 : 120'000;
        const auto& known = bench.gateway.enrollments[enrollment];
        bool isCut = false;
        bench.until([&] {
            if (chance(0.0003)) bench.restart();
            if (chance(0.001) && !isCut) {
                isCut = bench.line.isDown = true;
                bench.cutLine();
            }
            if (isCut && chance(0.01)) isCut = bench.line.isDown = false;
            return known.state != "requested" && known.state != "scanning";
        }, patience);
        bench.line.isDown = false;
        if (known.state == "requested" || known.state == "scanning") bench.gateway.cancel(enrollment);
    }

    bench.sensor.faults = {};
    bench.sensor.cutPowerAfterStore = false;
    bench.line = {};
    bench.flash.cutAt(0);
    ASSERT_TRUE(bench.until([&] {
        return bench.isConnected() && bench.core().sensor().health() == SensorHealth::Ok && bench.core().store().outbox.owed() == 0 &&
               !bench.core().sensor().isEnrolling();
    }, 600'000)) << "seed " << seed << ": it does not come to rest; connected " << bench.isConnected() << ", "
                 << describe(bench.led) << ", owed " << bench.core().store().outbox.owed() << ", boots " << bench.boots;
    bench.run(90'000);

    EXPECT_TRUE(bench.gateway.violations.empty()) << "seed " << seed << ": " << bench.gateway.violations.front();
    EXPECT_EQ(bench.flash.overwrites(), 0u) << "seed " << seed;
    EXPECT_FALSE(bench.core().isStorageFaulty()) << "seed " << seed;
    std::map<uint16_t, int> expected;
    for (const auto& [id, enrollment] : bench.gateway.enrollments) {
        EXPECT_TRUE(enrollment.state != "requested" && enrollment.state != "scanning") << "seed " << seed << " " << id;
        if (enrollment.state == "succeeded") expected[static_cast<uint16_t>(enrollment.slot)] = 11 + enrollment.slot;
        totals.succeeded += enrollment.state == "succeeded" ? 1 : 0;
        totals.failed += enrollment.state == "succeeded" ? 0 : 1;
    }
    EXPECT_EQ(bench.sensor.library, expected) << "seed " << seed << ": templates and slots disagree";
    totals.boots += bench.boots;
    totals.duplicates += bench.gateway.duplicates;
}

}  // namespace

TEST(Property, RandomFaults_MissNothing_DoubleNothing_AndSlotsAgree) {
    Totals totals;
    const char* only = getenv("FIRMWARE_SEED");
    const uint32_t first = only != nullptr ? static_cast<uint32_t>(atoi(only)) : 1;
    const uint32_t last = only != nullptr ? first : static_cast<uint32_t>(rounds());
    for (uint32_t seed = first; seed <= last && !HasFailure(); seed++) play(seed, totals);
    printf("%d enrollments succeeded and %d ended otherwise, over %d boots; %d messages came twice\n", totals.succeeded,
           totals.failed, totals.boots, totals.duplicates);
    if (only == nullptr) {
        EXPECT_GT(totals.succeeded, totals.failed) << "faults that fail everything show nothing";
    }
}
