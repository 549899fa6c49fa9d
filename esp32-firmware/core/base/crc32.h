#pragma once
#include "base/bytes.h"

namespace scanner {

// CRC-32 as in zip and Ethernet; `before` continues one.
uint32_t crc32(Bytes bytes, uint32_t before = 0);

}  // namespace scanner
