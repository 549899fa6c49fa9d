#include "emulator/pty_sensor.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <stdexcept>

namespace emulator {

PtySensor::PtySensor(SensorEmulator& sensor, uint32_t baud) : _sensor(sensor), _baud(baud) {
    _master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    char name[128];
    if (_master < 0 || grantpt(_master) != 0 || unlockpt(_master) != 0 || ptsname_r(_master, name, sizeof name) != 0) {
        throw std::runtime_error("no pseudo-terminal is to be had");
    }
    _path = name;
    termios settings{};
    if (tcgetattr(_master, &settings) == 0) {
        cfmakeraw(&settings);
        tcsetattr(_master, TCSANOW, &settings);
    }
}

PtySensor::~PtySensor() { close(_master); }

void PtySensor::pump(Millis now) {
    uint8_t room[256];
    const ssize_t count = read(_master, room, sizeof room);
    if (count > 0) _sensor.receive(now, {room, room + count}, _baud);
    const Buffer bytes = _sensor.take(now);
    for (size_t at = 0; at < bytes.size();) {
        const ssize_t written = write(_master, bytes.data() + at, bytes.size() - at);
        if (written <= 0) break;
        at += static_cast<size_t>(written);
    }
}

}  // namespace emulator
