#pragma once
#include "base/clock.h"

namespace scanner {

// A new firmware is on trial until sensor and gateway have both come up with it. If they do not in time, or it restarts before, the one before
// comes back: the bootloader sees to the latter.
class Trial {
public:
    enum class Verdict { None, Good, GoBack };

    void begin(Millis now) {
        _isOn = true;
        _ends = now + kPatience;
    }

    Verdict judge(Millis now, bool isSensorUp, bool isMqttUp) const {
        if (!_isOn) return Verdict::None;
        if (isSensorUp && isMqttUp) return Verdict::Good;
        return now >= _ends ? Verdict::GoBack : Verdict::None;
    }

    // The platform has written it down.
    void end() { _isOn = false; }
    bool isOn() const { return _isOn; }

private:
    static constexpr Millis kPatience = 5 * 60'000;

    bool _isOn = false;
    Millis _ends = 0;
};

}  // namespace scanner
