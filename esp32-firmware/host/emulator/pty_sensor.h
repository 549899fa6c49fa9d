#pragma once
#include <string>

#include "emulator/sensor_emulator.h"

namespace emulator {

// The emulated sensor at the far end of a pseudo-terminal: whoever opens its path speaks to it as to a serial port.
class PtySensor {
public:
    PtySensor(SensorEmulator& sensor, uint32_t baud);
    ~PtySensor();
    PtySensor(const PtySensor&) = delete;
    PtySensor& operator=(const PtySensor&) = delete;

    const std::string& path() const { return _path; }
    int descriptor() const { return _master; }

    // Moves bytes in both directions. A pseudo-terminal has no speed: it is told which one is spoken.
    void pump(Millis now);
    void setBaud(uint32_t baud) { _baud = baud; }

private:
    SensorEmulator& _sensor;
    int _master;
    std::string _path;
    uint32_t _baud;
};

}  // namespace emulator
