#pragma once
#include <cstdint>

namespace scanner {

// Milliseconds since power-up. 64 bits: nothing in here has to think of wrapping.
using Millis = uint64_t;

constexpr Millis kNever = UINT64_MAX;

inline Millis earlier(Millis a, Millis b) { return a < b ? a : b; }

}  // namespace scanner
