#include <gtest/gtest.h>

#include "emulator/wire.h"

// Templates and images stay in the sensor. UpChar, DownChar, UpImage and DownImage are not in the core, and neither are the data packets in
// which they travel; this looks at every byte that was sent to any sensor of this process, after all tests.
class NoTemplateLeaves final : public testing::Environment {
public:
    void TearDown() override {
        const emulator::Wire& wire = emulator::Wire::all();
        for (const size_t op : {0x08u, 0x09u, 0x0Au, 0x0Bu}) EXPECT_EQ(wire.instructions[op], 0u) << "instruction " << op;
        EXPECT_EQ(wire.others, 0u) << "packets that are no instruction";
        uint64_t all = 0;
        for (const uint64_t count : wire.instructions) all += count;
        printf("%llu instructions looked at: none moves a template or an image\n", static_cast<unsigned long long>(all));
    }
};

static const testing::Environment* const kWatch = testing::AddGlobalTestEnvironment(new NoTemplateLeaves);

TEST(Privacy, Watch_IsOn_AndWouldNotice) {
    EXPECT_NE(kWatch, nullptr);
    emulator::Wire wire;
    const std::vector<uint8_t> upChar{0xEF, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x00, 0x04, 0x08, 0x01, 0x00, 0x0E};
    const std::vector<uint8_t> data{0xEF, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0x00, 0x04, 0x08, 0x01, 0x00, 0x0F};
    wire.see(std::vector<uint8_t>{0x55, 0xEF, 0x00});
    wire.see(upChar);
    wire.see(data);
    EXPECT_EQ(wire.instructions[0x08], 1u);
    EXPECT_EQ(wire.others, 1u);
}
