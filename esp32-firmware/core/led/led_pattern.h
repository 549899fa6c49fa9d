#pragma once
#include "base/clock.h"

namespace scanner {

enum class LedState {
    Starting,
    Ready,         // connected, looks for fingers
    PlaceFinger,   // an enrollment waits for a finger
    LiftFinger,    // captured; take it away
    Offline,       // works, but without the gateway: what is read is kept
    Full,          // the outbox is full: nothing is read until the gateway is back
    SensorFault,
    StorageFault,
    SetUp,         // the portal is open
    Located,       // somebody looks for this scanner
};

// Whether a single LED is lit: a pattern of 16 steps of 125 ms.
bool isLit(LedState state, Millis now);

// The same in words, for people and for the serial line.
const char* describe(LedState state);

}  // namespace scanner
