#pragma once
#include "base/bytes.h"
#include "base/clock.h"
#include "base/fixed_text.h"

namespace scanner {

// What the gateway asks for. `problem` is what is wrong with it, in a word for the answer; null when nothing is.
struct Command {
    enum class Do : uint8_t { Unknown, Enroll, Cancel, Resend, Delete, Ping, Locate, Restart };

    FixedText<64> id;
    Do what = Do::Unknown;
    FixedText<64> enrollment;
    uint16_t slot = 0;
    uint8_t scans = 0;
    uint8_t from = 1;
    Millis expiresAt = kNever;
    const char* problem = nullptr;
};

// False for what cannot even be answered: it is no object, or has no id. There is no clock: an expiry counts from now,
// when it was received.
bool readCommand(Bytes payload, Millis now, Command& command);

}  // namespace scanner
