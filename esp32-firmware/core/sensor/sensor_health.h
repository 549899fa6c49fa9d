#pragma once
#include <cstdint>

namespace scanner {

enum class SensorHealth : uint8_t { Starting, Ok, Missing, Error };

}  // namespace scanner
