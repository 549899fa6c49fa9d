#pragma once
#include <array>
#include <cstdint>

namespace emulator {

// Looks at the bytes themselves that go to a sensor, whoever reads them, whatever of them is understood: which instructions begin there,
// and whether any packet is none.
class Wire {
public:
    // Of all sensors of this process.
    static Wire& all() {
        static Wire wire;
        return wire;
    }

    template <typename Bytes>
    void see(const Bytes& sent) {
        for (const uint8_t byte : sent) {
            for (size_t i = 0; i + 1 < _last.size(); i++) _last[i] = _last[i + 1];
            _last.back() = byte;
            // EF 01 | address (4) | kind | length (2) | instruction
            if (_last[0] != 0xEF || _last[1] != 0x01) continue;
            if (_last[6] == 0x01) {
                instructions[byte]++;
            } else {
                others++;
            }
        }
    }

    std::array<uint64_t, 256> instructions{};
    uint64_t others = 0;  // data packets carry templates and images

private:
    std::array<uint8_t, 10> _last{};
};

}  // namespace emulator
