#pragma once
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "base/bytes.h"

// A serial port of this computer: a pseudo-terminal, or an adapter with a real sensor on it.
class SerialLine {
public:
    explicit SerialLine(const std::string& path) {
        _file = open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (_file < 0) throw std::runtime_error(whyNot(path, errno));
        setBaud(57600);
    }

    ~SerialLine() { close(_file); }
    SerialLine(const SerialLine&) = delete;
    SerialLine& operator=(const SerialLine&) = delete;

    void setBaud(uint32_t baud) {
        if (baud == _baud) return;
        _baud = baud;
        termios settings{};
        if (tcgetattr(_file, &settings) != 0) return;
        cfmakeraw(&settings);
        const speed_t speed = baud == 9600 ? B9600 : baud == 19200 ? B19200 : baud == 38400 ? B38400 : baud == 115200 ? B115200 : B57600;
        cfsetspeed(&settings, speed);
        tcsetattr(_file, TCSANOW, &settings);
    }

    uint32_t baud() const { return _baud; }
    int descriptor() const { return _file; }

    void send(scanner::Bytes bytes) {
        while (!bytes.empty()) {
            const ssize_t written = write(_file, bytes.data, bytes.size);
            if (written <= 0) return;
            bytes = bytes.from(static_cast<size_t>(written));
        }
    }

    // What has arrived; it is valid until the next call.
    scanner::Bytes receive() {
        const ssize_t count = read(_file, _room, sizeof _room);
        return {_room, count > 0 ? static_cast<size_t>(count) : 0};
    }

private:
    static std::string whyNot(const std::string& path, int error) {
        switch (error) {
            case ENOENT:
            case ENODEV:
            case ENXIO:
                return "--serial: there is no " + path + "; plug in the USB adapter of the sensor, and look what it is called: ls /dev/ttyUSB* /dev/ttyACM*";
            case EACCES:
                return "--serial: you may not use " + path + "; join the group that owns it, on Debian: sudo usermod -aG dialout $USER, then sign in again";
            case EBUSY:
                return "--serial: another program is using " + path;
            default:
                return "--serial: cannot open " + path + ": " + strerror(error);
        }
    }

    int _file;
    uint32_t _baud = 0;
    uint8_t _room[256];
};
