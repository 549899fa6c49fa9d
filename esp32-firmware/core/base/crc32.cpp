#include "base/crc32.h"

namespace scanner {

// A table of 16 instead of 256 entries: 64 bytes of flash, and fast enough for records of 100 bytes.
static constexpr uint32_t kNibble[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

uint32_t crc32(Bytes bytes, uint32_t before) {
    uint32_t crc = ~before;
    for (const uint8_t byte : bytes) {
        crc = kNibble[(crc ^ byte) & 0x0f] ^ (crc >> 4);
        crc = kNibble[(crc ^ (byte >> 4)) & 0x0f] ^ (crc >> 4);
    }
    return ~crc;
}

}  // namespace scanner
