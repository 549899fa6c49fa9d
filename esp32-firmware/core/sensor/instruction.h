#pragma once
#include "base/bytes.h"

namespace scanner {

// What we ever tell a sensor. The instructions that move templates or images over the wire are not among them.
enum class Op : uint8_t {
    GetImage = 0x01,
    Features = 0x02,
    Match = 0x03,
    Search = 0x04,
    Merge = 0x05,
    Store = 0x06,
    Load = 0x07,
    Delete = 0x0C,
    ReadParameters = 0x0F,
    VerifyPassword = 0x13,
    Count = 0x1D,
    ReadIndex = 0x1F,
    CheckSensor = 0x36,
};

namespace code {
constexpr uint8_t Ok = 0x00;
constexpr uint8_t PacketError = 0x01;
constexpr uint8_t NoFinger = 0x02;
constexpr uint8_t CaptureFailed = 0x03;
constexpr uint8_t Messy = 0x06;
constexpr uint8_t FewFeatures = 0x07;
constexpr uint8_t NoMatch = 0x08;
constexpr uint8_t NotFound = 0x09;
constexpr uint8_t MergeFailed = 0x0A;
constexpr uint8_t BadPage = 0x0B;
constexpr uint8_t TemplateInvalid = 0x0C;
constexpr uint8_t DeleteFailed = 0x10;
constexpr uint8_t WrongPassword = 0x13;
constexpr uint8_t NoImage = 0x15;
constexpr uint8_t FlashError = 0x18;
constexpr uint8_t PasswordNeeded = 0x21;
}  // namespace code

struct Instruction {
    Op op = Op::GetImage;
    uint8_t parameters[5] = {};
    uint8_t parameterCount = 0;
    uint8_t replySize = 0;  // bytes behind the confirmation code
    uint16_t timeout = 1000;
    uint8_t tries = 3;
};

namespace instruction {

constexpr uint16_t kSimple = 1000;
constexpr uint16_t kCapture = 2000;
constexpr uint16_t kSearch = 3000;

inline Instruction plain(Op op, uint8_t replySize, uint16_t timeout) { return {op, {}, 0, replySize, timeout, 3}; }

inline Instruction withBuffer(Op op, uint8_t buffer) { return {op, {buffer}, 1, 0, kCapture, 3}; }

inline Instruction withSlot(Op op, uint8_t buffer, uint16_t slot) {
    return {op, {buffer, static_cast<uint8_t>(slot >> 8), static_cast<uint8_t>(slot)}, 3, 0, kCapture, 3};
}

inline Instruction getImage() { return plain(Op::GetImage, 0, kCapture); }
inline Instruction features(uint8_t buffer) { return withBuffer(Op::Features, buffer); }
inline Instruction match() { return plain(Op::Match, 2, kCapture); }
inline Instruction merge() { return plain(Op::Merge, 0, kCapture); }
inline Instruction store(uint8_t buffer, uint16_t slot) { return withSlot(Op::Store, buffer, slot); }
inline Instruction load(uint8_t buffer, uint16_t slot) { return withSlot(Op::Load, buffer, slot); }
inline Instruction count() { return plain(Op::Count, 2, kSimple); }
inline Instruction readParameters() { return plain(Op::ReadParameters, 16, kSimple); }

// The whole library, whose size the sensor told. Not 1B, the faster one: R503 does not have it.
inline Instruction search(uint8_t buffer, uint16_t slots) {
    return {Op::Search, {buffer, 0, 0, static_cast<uint8_t>(slots >> 8), static_cast<uint8_t>(slots)}, 5, 4, kSearch, 3};
}

inline Instruction erase(uint16_t slot) {
    return {Op::Delete, {static_cast<uint8_t>(slot >> 8), static_cast<uint8_t>(slot), 0, 1}, 4, 0, kCapture, 3};
}

inline Instruction verifyPassword(uint32_t password) {
    Instruction made{Op::VerifyPassword, {}, 4, 0, kSimple, 2};
    putBig32(made.parameters, password);
    return made;
}

// Six-buffer sensors answer it; the others are silent, or say that they do not know it.
inline Instruction checkSensor() { return {Op::CheckSensor, {}, 0, 0, 600, 2}; }

}  // namespace instruction
}  // namespace scanner
