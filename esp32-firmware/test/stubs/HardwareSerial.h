#pragma once
#include <stddef.h>
#include <stdint.h>

#include <functional>

#include "WString.h"

#define SERIAL_8N1 0x800001c

class Print {
public:
    virtual ~Print() {}
    virtual size_t write(uint8_t) = 0;
    virtual size_t write(const uint8_t* buffer, size_t size);
    size_t println(const __FlashStringHelper* ifsh);
    size_t println(const String& s);
    size_t println(const char[]);
    size_t println(char);
    size_t println(int, int = 10);
    size_t println(void);
};

class Stream : public Print {
public:
    virtual int available() = 0;
    virtual int read() = 0;
};

class HardwareSerial : public Stream {
public:
    HardwareSerial(int uart_nr);
    ~HardwareSerial();
    void begin(unsigned long baud, uint32_t config = SERIAL_8N1, int8_t rxPin = -1, int8_t txPin = -1, bool invert = false,
               unsigned long timeout_ms = 20000UL, uint8_t rxfifo_full_thrhd = 112);
    void end(bool fullyTerminate = true);
    void updateBaudRate(unsigned long baud);
    int available(void);
    int read(void);
    size_t read(uint8_t* buffer, size_t size);
    size_t write(uint8_t);
    size_t write(const uint8_t* buffer, size_t size);
    size_t setRxBufferSize(size_t new_size);
};

extern HardwareSerial Serial;
extern HardwareSerial Serial2;
