#pragma once
#include "base/clock.h"
#include "base/random.h"

namespace scanner {

// How long to wait before the next try: doubling, with full jitter, so that after a power cut a hundred scanners do not
// come back at once.
inline Millis backoff(uint32_t failures, Millis first, Millis longest, Random& random) {
    Millis ceiling = first;
    for (uint32_t i = 0; i < failures && ceiling < longest; i++) ceiling *= 2;
    if (ceiling > longest) ceiling = longest;
    return first / 4 + random.below(static_cast<uint32_t>(ceiling));
}

}  // namespace scanner
