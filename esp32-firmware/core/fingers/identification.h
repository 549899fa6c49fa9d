#pragma once
#include "sensor/sensor_procedure.h"

namespace scanner {

struct Identified {
    bool isKnown;
    uint16_t slot;
    uint16_t confidence;
};

// Looks for fingers, for ever. A finger counts once until it is lifted, and the same one again only after a moment:
// a trembling finger is not two people.
class Identification final : public SensorProcedure {
public:
    void begin(const SensorProfile& sensor, uint16_t minConfidence);
    Wish resume(Millis now, const Reply* reply) override;
    bool takeIdentified(Identified& identified);

    bool isFingerOn() const { return _phase == Phase::Lift; }

private:
    enum class Phase { Image, Features, Search, Lift };

    static constexpr uint8_t kTries = 3;
    static constexpr Millis kRepeatGuard = 1500;

    Wish look() const { return Wish::ask(instruction::getImage()); }
    Wish onSearch(Millis now, const Reply& reply);

    uint16_t _capacity = 0;
    uint16_t _minConfidence = 0;
    Phase _phase = Phase::Image;
    uint8_t _tries = 0;
    bool _hasIdentified = false;
    Identified _identified{};
    Identified _last{};
    Millis _lastUntil = 0;
};

}  // namespace scanner
