#pragma once
#include "base/clock.h"

namespace scanner {

constexpr Millis kEnrollmentPoll = 80;
constexpr Millis kIdentificationPoll = 120;
// How long an enrollment waits for a finger to come, or to go.
constexpr Millis kFingerPatience = 60'000;

}  // namespace scanner
