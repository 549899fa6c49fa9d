#pragma once
#include "base/clock.h"
#include "sensor/sensor_link.h"

namespace scanner {

// What a procedure wants next.
struct Wish {
    enum class Kind { Ask, Wait, Done };
    Kind kind = Kind::Done;
    Instruction instruction;
    Millis until = 0;

    static Wish ask(const Instruction& what) { return {Kind::Ask, what, 0}; }
    static Wish waitUntil(Millis when) { return {Kind::Wait, {}, when}; }
    static Wish done() { return {}; }
};

// Something done with the sensor in several instructions. It is resumed at its start and after a wait with no reply,
// and with the reply after each instruction.
class SensorProcedure {
public:
    virtual Wish resume(Millis now, const Reply* reply) = 0;

protected:
    ~SensorProcedure() = default;
};

// What a session found out about the sensor.
struct SensorProfile {
    uint16_t capacity = 127;
    uint16_t stored = 0;
    uint8_t buffers = 2;
};

}  // namespace scanner
