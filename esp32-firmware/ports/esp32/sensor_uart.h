#pragma once
#include <HardwareSerial.h>

#include "base/bytes.h"

// The sensor on the second serial port, and the pin that switches its supply, where there is one.
class SensorUart {
public:
    void begin();
    void setBaud(uint32_t baud);
    void send(scanner::Bytes bytes);
    // What has arrived; it is valid until the next call.
    scanner::Bytes receive();
    // Off, a moment, and on again; without such a pin nothing happens.
    void cyclePower();

private:
    uint32_t _baud = 57600;
    uint8_t _room[128];
};
