#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "diagnosis/self_test.h"
#include "led/led_pattern.h"

using namespace scanner;

namespace {

std::string fileOf(const std::string& name) {
    std::ifstream file(FIRMWARE_FOLDER "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The cells of the rows of each table in the README, by the heading of its first column.
std::vector<std::pair<std::string, std::string>> table(const std::string& heading) {
    std::istringstream readme(fileOf("README.md"));
    std::vector<std::pair<std::string, std::string>> rows;
    bool isInside = false;
    for (std::string line; std::getline(readme, line);) {
        if (line.rfind("| " + heading + " |", 0) == 0) isInside = true;
        else if (line.empty()) isInside = false;
        else if (isInside && line.rfind("| ---", 0) != 0) {
            const size_t second = line.find(" | ");
            rows.emplace_back(line.substr(2, second - 2), line.substr(second + 3, line.rfind(" |") - second - 3));
        }
    }
    EXPECT_FALSE(rows.empty()) << heading;
    return rows;
}

// Every sentence that the self-test has.
std::vector<std::string> sentences() {
    std::vector<std::string> all;
    const auto add = [&](const Sentence& sentence) { all.emplace_back(sentence.view()); };
    Findings found;
    add(sensorSentence(found));
    found.sensor = SensorHealth::Ok;
    add(sensorSentence(found));
    found.sensor = SensorHealth::Missing;
    add(sensorSentence(found));
    found.sensorBytes = 1;
    add(sensorSentence(found));
    found.sensorFrames = 1;
    add(sensorSentence(found));
    found.isPasswordWrong = true;
    add(sensorSentence(found));
    found.rssi = -80;
    for (int wifi = 0; wifi <= static_cast<int>(Findings::Wifi::Up); wifi++) {
        found.wifi = static_cast<Findings::Wifi>(wifi);
        add(wifiSentence(found));
        add(gatewaySentence(found));
    }
    for (int gateway = 0; gateway <= static_cast<int>(Findings::Gateway::Reachable); gateway++) {
        found.gateway = static_cast<Findings::Gateway>(gateway);
        add(gatewaySentence(found));
        add(brokerSentence(found));
    }
    for (int broker = 0; broker <= static_cast<int>(Findings::Broker::Connected); broker++) {
        found.broker = static_cast<Findings::Broker>(broker);
        add(brokerSentence(found));
    }
    return all;
}

// `sensor: WIRING. Not a byte arrives…`: what is in the ticks, split where it is cut short.
std::vector<std::string> parts(const std::string& cell) {
    std::vector<std::string> found;
    for (size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at)) {
        const size_t end = cell.find('`', at + 1);
        found.push_back(cell.substr(at + 1, end - at - 1));
        at = end + 1;
    }
    return found;
}

bool fits(const std::string& pattern, const std::string& sentence) {
    size_t from = 0;
    std::istringstream rest(pattern);
    for (size_t at = 0; at <= pattern.size();) {
        size_t dots = pattern.find("…", at);
        if (dots == std::string::npos) dots = pattern.size();
        std::string part = pattern.substr(at, dots - at);
        const size_t found = sentence.find(part, from);
        if (found == std::string::npos || (at == 0 && found != 0)) return false;
        from = found + part.size();
        at = dots + 3;
    }
    return true;
}

int blinks(LedState state) {
    int count = 0;
    for (Millis at = 0; at < 2000; at += 125) count += isLit(state, at) && !isLit(state, at + 2000 - 125) ? 1 : 0;
    return count;
}

}  // namespace

TEST(Readme, SelfTest_TellsEachSentence_AndNoOther) {
    const auto rows = table("line");
    const auto all = sentences();
    for (const std::string& sentence : all) {
        bool isTold = false;
        for (const auto& row : rows) {
            for (const std::string& pattern : parts(row.first)) isTold = isTold || fits(pattern, sentence);
        }
        EXPECT_TRUE(isTold) << "not in README.md: " << sentence;
    }
    for (const auto& row : rows) {
        for (const std::string& pattern : parts(row.first)) {
            bool isSaid = false;
            for (const std::string& sentence : all) isSaid = isSaid || fits(pattern, sentence);
            EXPECT_TRUE(isSaid) << "nobody says: " << pattern;
        }
    }
}

TEST(Readme, Led_BlinksAsItIsTold) {
    const std::map<std::string, std::pair<LedState, int>> told{
        {"one short blink in two seconds", {LedState::Ready, 1}}, {"half a second on, half off", {LedState::PlaceFinger, 2}},
        {"stays on", {LedState::LiftFinger, 0}},                  {"flickers", {LedState::Starting, 8}},
        {"two blinks", {LedState::Offline, 2}},                   {"three blinks", {LedState::SensorFault, 3}},
        {"four blinks", {LedState::Full, 4}},                     {"five blinks", {LedState::StorageFault, 5}},
        {"quarter of a second on, quarter off", {LedState::SetUp, 4}}};
    std::map<std::string, std::string> rows;
    for (const auto& row : table("it does")) rows[row.first] = row.second;
    for (const auto& [words, expected] : told) {
        EXPECT_EQ(rows.count(words), 1u) << words;
        EXPECT_EQ(blinks(expected.first), expected.second) << words;
    }
    for (Millis at = 0; at < 2000; at += 125) EXPECT_TRUE(isLit(LedState::LiftFinger, at));
    EXPECT_EQ(rows.size(), told.size() + 1) << "and here I am";
    // No two look alike.
    std::map<std::string, LedState> seen;
    for (int state = 0; state <= static_cast<int>(LedState::SetUp); state++) {
        std::string steps;
        for (Millis at = 0; at < 2000; at += 125) steps += isLit(static_cast<LedState>(state), at) ? '1' : '0';
        EXPECT_TRUE(seen.emplace(steps, static_cast<LedState>(state)).second) << describe(static_cast<LedState>(state));
    }
}

TEST(Readme, SerialLine_KnowsWhatIsTold_AndSaysIt) {
    std::string code;
    for (const char* name : {"app/console.cpp", "app/main.cpp", "ports/esp32/portal.cpp", "ports/esp32/updater.cpp"}) code += fileOf(name);
    for (const auto& row : table("serial command")) {
        for (const std::string& command : parts(row.first)) {
            // Whatever else is typed is answered with the help.
            if (command == "help") continue;
            EXPECT_NE(code.find("word == \"" + command.substr(0, command.find(' ')) + "\""), std::string::npos) << command;
        }
    }
    for (const auto& row : table("it says of its own accord")) {
        for (const std::string& said : parts(row.first)) {
            for (size_t at = 0; at < said.size();) {
                size_t dots = said.find("…", at);
                if (dots == std::string::npos) dots = said.size();
                const std::string part = said.substr(at, dots - at);
                EXPECT_NE(code.find(part), std::string::npos) << part << " is not in the code";
                at = dots + 3;
            }
        }
    }
}
