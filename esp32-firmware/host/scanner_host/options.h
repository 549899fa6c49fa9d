#pragma once
#include <cstdint>
#include <string>

#include "emulator/sensor_emulator.h"

struct Options {
    std::string host = "127.0.0.1";
    int port = 1883;
    std::string device = "desk-1";
    std::string secret;
    std::string flash = "flash.bin";
    std::string sensor = "sensor.txt";
    std::string serial;          // a real port instead of the emulated sensor
    std::string audit;           // each message's id and topic, when it is first offered
    std::string wire;            // every byte that the sensor was sent
    uint32_t seed = 1;
    uint32_t speed = 1;          // of the clock
    uint64_t cutPowerAt = 0;     // the write to flash at which the process kills itself
    uint64_t cutLineAt = 0;      // the publication at which the socket is shut
    uint64_t cutLineEvery = 0;
    bool isAlone = false;        // nobody does what the LED says
    bool isSelfTest = false;     // says hop by hop what works, and ends
    emulator::Faults faults;
};

// Explains and ends the program where the arguments are wrong.
Options readOptions(int count, char** arguments);
