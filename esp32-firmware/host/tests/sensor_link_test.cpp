#include "sensor/sensor_link.h"

#include <gtest/gtest.h>

#include "emulator/sensor_emulator.h"

using namespace scanner;

namespace {

// The link and the emulator, with the time between them.
struct Wire {
    explicit Wire(const emulator::Nature& nature = {}, uint32_t seed = 1) : sensor(nature, seed) {
        sensor.powerOn(0);
        now = 1000;
    }

    // Asks and waits; the reply's data is copied out of the parser.
    Reply ask(const Instruction& instruction) {
        link.begin(now, instruction);
        Reply reply;
        while (true) {
            const Bytes output = link.takeOutput();
            if (!output.empty()) sensor.receive(now, {output.begin(), output.end()}, 57600);
            const emulator::Buffer bytes = sensor.take(now);
            if (link.step(now, {bytes.data(), bytes.size()}, reply)) return reply;
            now++;
        }
    }

    emulator::SensorEmulator sensor;
    SensorLink link;
    Millis now;
};

}  // namespace

TEST(SensorLink, Reply_ComesWithItsData) {
    Wire wire;
    wire.sensor.library = {{3, 7}, {9, 8}};
    const Reply reply = wire.ask(instruction::count());
    ASSERT_TRUE(reply.isOk());
    EXPECT_EQ(getBig16(reply.data.data), 2);
}

TEST(SensorLink, LateReply_NeverAnswersWhatIsAskedNext) {
    // There is a finger; its late "ok" must not be taken for the answer to a later question that has another answer.
    for (uint32_t seed = 1; seed <= 200; seed++) {
        Wire wire({}, seed);
        Instruction image = instruction::getImage();
        image.tries = 1;
        wire.sensor.press(5);
        wire.sensor.faults.lateReply = 1;
        ASSERT_TRUE(wire.ask(image).isSilent());
        wire.sensor.faults.lateReply = 0;
        wire.sensor.lift();
        wire.now += seed * 13;
        EXPECT_TRUE(wire.ask(instruction::getImage()).says(code::NoFinger)) << seed;
    }
}

TEST(SensorLink, ReplyOfAnotherInstruction_IsNotTaken) {
    Wire wire;
    wire.sensor.faults.wrongReply = 0.5;
    wire.sensor.library = {{1, 1}};
    int answered = 0;
    for (int i = 0; i < 100; i++) {
        const Reply reply = wire.ask(instruction::count());
        if (reply.isSilent()) continue;
        answered++;
        EXPECT_EQ(getBig16(reply.data.data), 1);
    }
    EXPECT_GT(answered, 70);
}

TEST(SensorLink, AnotherAddress_IsNotTaken) {
    emulator::Nature nature;
    nature.address = 0x12345678;
    Wire wire(nature);
    EXPECT_TRUE(wire.ask(instruction::count()).isSilent());
}

TEST(SensorLink, WhatIsNoReplyOfThisSensor_IsPassedOver) {
    // An acknowledgement, but of another address; from this address, but data: both with a good sum.
    const emulator::Buffer other{0xEF, 0x01, 0x12, 0x34, 0x56, 0x78, 0x07, 0x00, 0x05, 0x00, 0x00, 0x09, 0x00, 0x15};
    const emulator::Buffer data{0xEF, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0x00, 0x05, 0x00, 0x00, 0x09, 0x00, 0x10};
    for (const emulator::Buffer& bytes : {other, data}) {
        SensorLink link;
        Reply reply;
        link.begin(0, instruction::count());
        EXPECT_FALSE(link.step(1, {bytes.data(), bytes.size()}, reply));
    }
}

TEST(SensorLink, BeginningOfAPacketThatNeverEnds_DoesNotSwallowTheNextReply) {
    Wire wire;
    const uint8_t torn[] = {0xEF, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00, 0x40};
    Reply reply;
    EXPECT_FALSE(wire.link.step(wire.now, {torn, sizeof torn}, reply));
    const Millis before = wire.now;
    EXPECT_TRUE(wire.ask(instruction::count()).isOk());
    EXPECT_LT(wire.now - before, 500u) << "without waiting for a time-out";
}

TEST(SensorLink, GarbledCommand_IsSaidAgain) {
    Wire wire;
    wire.link.begin(wire.now, instruction::count());
    Bytes output = wire.link.takeOutput();
    std::vector<uint8_t> garbled(output.begin(), output.end());
    garbled[9] ^= 0x40;
    wire.sensor.receive(wire.now, garbled, 57600);
    Reply reply;
    bool isAnswered = false;
    for (; !isAnswered && wire.now < 5000; wire.now++) {
        const Bytes more = wire.link.takeOutput();
        if (!more.empty()) wire.sensor.receive(wire.now, {more.begin(), more.end()}, 57600);
        const auto bytes = wire.sensor.take(wire.now);
        isAnswered = wire.link.step(wire.now, {bytes.data(), bytes.size()}, reply);
    }
    EXPECT_TRUE(reply.isOk());
    EXPECT_LT(wire.now, 1100u) << "without waiting for a time-out";
}

TEST(SensorLink, EveryFault_OnlyCostsTime) {
    // Whatever arrives, an answer that is given is the right one.
    for (uint32_t seed = 1; seed <= 60; seed++) {
        emulator::Nature nature;
        nature.splitsReads = seed % 2 == 0;
        Wire wire(nature, seed);
        wire.sensor.faults = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0, 0, 0};
        wire.sensor.library = {{4, 9}};
        for (int i = 0; i < 40; i++) {
            const bool isOn = i % 3 == 0;
            wire.sensor.press(isOn ? 9 : 0);
            const Reply image = wire.ask(instruction::getImage());
            if (!image.isSilent()) {
                EXPECT_EQ(image.code, isOn ? code::Ok : code::NoFinger) << seed << " " << i;
            }
            const Reply count = wire.ask(instruction::count());
            if (count.isOk()) {
                EXPECT_EQ(getBig16(count.data.data), 1);
            }
        }
    }
}

TEST(SensorLink, SilentSensor_IsGivenUpInBoundedTime) {
    Wire wire;
    wire.sensor.powerOff();
    const Millis before = wire.now;
    EXPECT_TRUE(wire.ask(instruction::getImage()).isSilent());
    EXPECT_TRUE(wire.ask(instruction::getImage()).isSilent());
    EXPECT_LT(wire.now - before, 20'000u);
}
