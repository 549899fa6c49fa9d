#include "sensor/frame.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "sensor/instruction.h"

using namespace scanner;

namespace {

using Buffer = std::vector<uint8_t>;

Buffer whole(const Buffer& behindAddress) {
    Buffer bytes{0xEF, 0x01, 0xFF, 0xFF, 0xFF, 0xFF};
    bytes.insert(bytes.end(), behindAddress.begin(), behindAddress.end());
    return bytes;
}

Buffer written(const Instruction& instruction) {
    uint8_t content[6] = {static_cast<uint8_t>(instruction.op)};
    memcpy(content + 1, instruction.parameters, instruction.parameterCount);
    uint8_t frame[32];
    const size_t size = writeFrame(
        {0xFFFFFFFF, FrameKind::Command, {content, static_cast<size_t>(1 + instruction.parameterCount)}}, frame, sizeof frame);
    return {frame, frame + size};
}

std::vector<Buffer> parsed(const Buffer& bytes) {
    FrameParser parser;
    std::vector<Buffer> contents;
    Frame frame;
    for (const uint8_t byte : bytes) {
        parser.push(byte);
        while (parser.next(frame)) contents.emplace_back(frame.content.begin(), frame.content.end());
    }
    return contents;
}

const Buffer kOk = whole({0x07, 0x00, 0x03, 0x00, 0x00, 0x0A});
const Buffer kNoFinger = whole({0x07, 0x00, 0x03, 0x02, 0x00, 0x0C});
const Buffer kFound = whole({0x07, 0x00, 0x07, 0x00, 0x00, 0x05, 0x00, 0x50, 0x00, 0x63});

}  // namespace

TEST(Frame, Instructions_AreTheBytesOfTheManuals) {
    EXPECT_EQ(written(instruction::verifyPassword(0)), whole({0x01, 0x00, 0x07, 0x13, 0, 0, 0, 0, 0x00, 0x1B}));
    EXPECT_EQ(written(instruction::getImage()), whole({0x01, 0x00, 0x03, 0x01, 0x00, 0x05}));
    EXPECT_EQ(written(instruction::features(1)), whole({0x01, 0x00, 0x04, 0x02, 0x01, 0x00, 0x08}));
    EXPECT_EQ(written(instruction::merge()), whole({0x01, 0x00, 0x03, 0x05, 0x00, 0x09}));
    EXPECT_EQ(written(instruction::store(2, 1)), whole({0x01, 0x00, 0x06, 0x06, 0x02, 0x00, 0x01, 0x00, 0x10}));
    EXPECT_EQ(written(instruction::search(1, 1000)), whole({0x01, 0x00, 0x08, 0x04, 0x01, 0, 0, 0x03, 0xE8, 0x00, 0xF9}));
    EXPECT_EQ(written(instruction::erase(1)), whole({0x01, 0x00, 0x07, 0x0C, 0x00, 0x01, 0x00, 0x01, 0x00, 0x16}));
    EXPECT_EQ(written(instruction::match()), whole({0x01, 0x00, 0x03, 0x03, 0x00, 0x07}));
    EXPECT_EQ(written(instruction::count()), whole({0x01, 0x00, 0x03, 0x1D, 0x00, 0x21}));
    EXPECT_EQ(written(instruction::readParameters()), whole({0x01, 0x00, 0x03, 0x0F, 0x00, 0x13}));
}

TEST(Frame, Replies_OfTheManuals_AreUnderstood) {
    EXPECT_EQ(parsed(kOk), std::vector<Buffer>({{0x00}}));
    EXPECT_EQ(parsed(kNoFinger), std::vector<Buffer>({{0x02}}));
    EXPECT_EQ(parsed(kFound), std::vector<Buffer>({{0x00, 0x00, 0x05, 0x00, 0x50}}));
}

TEST(Frame, AnyFlippedBit_IsNoticed) {
    for (size_t byte = 0; byte < kFound.size(); byte++) {
        // The address is no part of the sum: it is compared by who asked.
        if (byte >= 2 && byte < 6) continue;
        for (int bit = 0; bit < 8; bit++) {
            Buffer broken = kFound;
            broken[byte] ^= static_cast<uint8_t>(1 << bit);
            EXPECT_TRUE(parsed(broken).empty()) << byte << "." << bit;
        }
    }
}

TEST(Frame, AnyDroppedByte_CostsNoFrameBehindIt) {
    for (size_t byte = 0; byte < kFound.size(); byte++) {
        Buffer bytes = kFound;
        bytes.erase(bytes.begin() + static_cast<long>(byte));
        bytes.insert(bytes.end(), kNoFinger.begin(), kNoFinger.end());
        bytes.insert(bytes.end(), kOk.begin(), kOk.end());
        const auto frames = parsed(bytes);
        ASSERT_GE(frames.size(), 2u) << byte;
        EXPECT_EQ(frames.back(), Buffer{0x00});
        EXPECT_EQ(frames[frames.size() - 2], Buffer{0x02});
    }
}

TEST(Frame, Noise_BeforeAFrame_IsSkipped) {
    std::mt19937 random(7);
    for (int round = 0; round < 2000; round++) {
        Buffer bytes(random() % 40);
        for (uint8_t& byte : bytes) byte = random() % 3 == 0 ? 0xEF : static_cast<uint8_t>(random());
        // A start in the noise may claim more bytes than one frame has.
        for (int i = 0; i < 8; i++) bytes.insert(bytes.end(), kFound.begin(), kFound.end());
        const auto frames = parsed(bytes);
        ASSERT_GE(frames.size(), 1u);
        EXPECT_EQ(frames.back(), (Buffer{0x00, 0x00, 0x05, 0x00, 0x50}));
    }
}

TEST(Frame, LengthBeyondWhatIsAsked_IsNoFrame) {
    EXPECT_EQ(parsed(whole({0x07, 0xFF, 0xFF, 0x00})).size(), 0u);
    Buffer tooLong = whole({0x07, 0x01, 0x02});
    tooLong.resize(600, 0x11);
    tooLong.insert(tooLong.end(), kOk.begin(), kOk.end());
    EXPECT_EQ(parsed(tooLong), std::vector<Buffer>({{0x00}}));
}
