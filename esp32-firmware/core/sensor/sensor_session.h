#pragma once
#include "sensor/sensor_procedure.h"

namespace scanner {

enum class BufferCount : uint8_t { Detect = 0, Two = 2, Six = 6 };

struct SensorSettings {
    uint32_t password = 0;
    BufferCount buffers = BufferCount::Detect;
};

// Finds the sensor and gets to know it: power-up, speed, password, size, number of buffers.
class SensorSession final : public SensorProcedure {
public:
    enum class Outcome { None, Ready, Silent, WrongPassword };

    explicit SensorSession(const SensorSettings& settings) : _settings(settings) {}

    // A sensor that has just got power needs half a second; one that only fell silent does not.
    void begin(Millis now, bool isPoweringUp);
    Wish resume(Millis now, const Reply* reply) override;

    Outcome outcome() const { return _outcome; }
    const SensorProfile& profile() const { return _profile; }
    bool knowsParameters() const { return _knowsParameters; }

    // The speed to speak at; it changes between instructions.
    uint32_t baud() const { return kBauds[_baud]; }

private:
    enum class Phase { PowerUp, Password, Parameters, Count, Check };

    // The factory's first, then by how often they are met.
    static constexpr uint32_t kBauds[] = {57600, 115200, 9600, 19200, 38400};
    static constexpr size_t kBaudCount = sizeof kBauds / sizeof kBauds[0];
    static constexpr Millis kPowerUp = 600;

    Wish onPassword(const Reply& reply);
    Wish onParameters(const Reply& reply);
    Wish onCount(const Reply& reply);
    Wish end(Outcome outcome);

    SensorSettings _settings;
    SensorProfile _profile;
    Phase _phase = Phase::PowerUp;
    Outcome _outcome = Outcome::None;
    Millis _readyAt = 0;
    size_t _baud = 0;
    size_t _baudsTried = 0;
    bool _knowsParameters = true;
};

}  // namespace scanner
