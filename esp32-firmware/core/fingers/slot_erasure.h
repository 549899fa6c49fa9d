#pragma once
#include "sensor/sensor_procedure.h"

namespace scanner {

// Takes a template out of the sensor, and makes sure that it is gone; then counts what is left.
class SlotErasure final : public SensorProcedure {
public:
    enum class Outcome { None, Erased, Refused, Lost };

    void begin(uint16_t slot) {
        _slot = slot;
        _phase = Phase::Begin;
        _outcome = Outcome::None;
    }

    Wish resume(Millis now, const Reply* reply) override;

    Outcome outcome() const { return _outcome; }
    uint16_t slot() const { return _slot; }

private:
    enum class Phase { Begin, Erase, Check };

    uint16_t _slot = 0;
    Phase _phase = Phase::Begin;
    Outcome _outcome = Outcome::None;
};

// How many templates the sensor holds.
class Counting final : public SensorProcedure {
public:
    Wish resume(Millis now, const Reply* reply) override;

    // What it said last; an answer that failed changes nothing.
    bool take(uint16_t& stored);

private:
    bool _has = false;
    uint16_t _stored = 0;
};

}  // namespace scanner
