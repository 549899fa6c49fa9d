#include <gtest/gtest.h>

#include "emulator/sensor_emulator.h"

// Templates and images stay in the sensor. UpChar, DownChar, UpImage and DownImage are not in the core; this looks at
// what every emulator of this process was really told, after all tests.
class NoTemplateLeaves final : public testing::Environment {
public:
    void TearDown() override {
        const auto& seen = emulator::SensorEmulator::instructionsSeen();
        for (const int op : {0x08, 0x09, 0x0A, 0x0B}) EXPECT_EQ(seen[static_cast<size_t>(op)], 0u) << "instruction " << op;
        uint64_t all = 0;
        for (const uint64_t count : seen) all += count;
        printf("%llu instructions looked at: none moves a template or an image\n", static_cast<unsigned long long>(all));
    }
};

static const testing::Environment* const kWatch = testing::AddGlobalTestEnvironment(new NoTemplateLeaves);

TEST(Privacy, Watch_IsOn) { EXPECT_NE(kWatch, nullptr); }
