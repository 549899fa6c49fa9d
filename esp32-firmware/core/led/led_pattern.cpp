#include "led/led_pattern.h"

#include <cstdint>

namespace scanner {

namespace {

struct Pattern {
    uint16_t steps;  // first step in the highest bit
    const char* words;
};

Pattern patternOf(LedState state) {
    switch (state) {
        case LedState::Starting: return {0b1010101010101010, "starting"};
        case LedState::Ready: return {0b1000000000000000, "ready"};
        case LedState::PlaceFinger: return {0b1111000011110000, "place the finger"};
        case LedState::LiftFinger: return {0b1111111111111111, "take the finger away"};
        case LedState::Offline: return {0b1010000000000000, "no gateway; what is read is kept"};
        case LedState::Full: return {0b1010101000000000, "no gateway, and no room for more"};
        case LedState::SensorFault: return {0b1010100000000000, "sensor fault"};
        case LedState::StorageFault: return {0b1010101010000000, "flash fault"};
        case LedState::SetUp: return {0b1100110011001100, "waiting to be set up"};
        case LedState::Located: return {0b1110101011101010, "here I am"};
    }
    return {0, ""};
}

}  // namespace

bool isLit(LedState state, Millis now) { return (patternOf(state).steps >> (15 - now / 125 % 16) & 1) != 0; }

const char* describe(LedState state) { return patternOf(state).words; }

}  // namespace scanner
