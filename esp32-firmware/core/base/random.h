#pragma once
#include <cstdint>

namespace scanner {

// Random enough for jitter (xorshift32); not for secrets.
class Random {
public:
    explicit Random(uint32_t seed) : _state(seed == 0 ? 0x9e3779b9u : seed) {}

    uint32_t next() {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return _state;
    }

    // 0 … bound-1
    uint32_t below(uint32_t bound) { return static_cast<uint32_t>((static_cast<uint64_t>(next()) * bound) >> 32); }

private:
    uint32_t _state;
};

}  // namespace scanner
