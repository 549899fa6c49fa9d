#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Partition {
    std::string name, type, subtype;
    uint32_t offset, size;
};

std::vector<Partition> partitions() {
    std::ifstream file(FIRMWARE_FOLDER "/partitions.csv");
    std::vector<Partition> read;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::string cells[5];
        std::istringstream rest(line);
        for (std::string& cell : cells) {
            std::getline(rest >> std::ws, cell, ',');
            cell.erase(cell.find_last_not_of(' ') + 1);
        }
        read.push_back({cells[0], cells[1], cells[2], static_cast<uint32_t>(std::stoul(cells[3], nullptr, 16)),
                        static_cast<uint32_t>(std::stoul(cells[4], nullptr, 16))});
    }
    return read;
}

}  // namespace

// What the platform's tools refuse, and what the code asks for by name.
TEST(Partitions, FitTheFlash_AndWhatTheCodeAsksFor) {
    uint32_t end = 0x9000;  // behind bootloader and table
    std::map<std::string, Partition> byName;
    for (const Partition& each : partitions()) {
        EXPECT_GE(each.offset, end) << each.name << " overlaps the one before";
        EXPECT_EQ(each.offset % (each.type == "app" ? 0x10000u : 0x1000u), 0u) << each.name;
        EXPECT_EQ(each.size % 0x1000, 0u) << each.name;
        EXPECT_LE(each.name.size(), 16u);
        end = each.offset + each.size;
        byName[each.name] = each;
    }
    EXPECT_LE(end, 0x400000u) << "4 MB";
    EXPECT_EQ(byName["otadata"].subtype, "ota");
    EXPECT_EQ(byName["otadata"].size, 0x2000u);
    EXPECT_EQ(byName["app0"].subtype, "ota_0");
    EXPECT_EQ(byName["app1"].subtype, "ota_1");
    EXPECT_EQ(byName["app0"].size, byName["app1"].size);
    EXPECT_EQ(byName["app0"].size, 0x180000u) << "core/update/manifest.cpp refuses what is larger";
    EXPECT_EQ(byName["setup"].subtype, "nvs");
    EXPECT_EQ(byName["outbox"].subtype, "undefined");
    EXPECT_LE(byName["outbox"].size / 0x1000, 128u) << "the log knows no more sectors";
}
