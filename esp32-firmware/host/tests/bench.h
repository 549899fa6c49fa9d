#pragma once
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "emulator/sensor_emulator.h"
#include "flash/memory_flash.h"
#include "scanner.h"
#include "tests/manual_gateway.h"

// A scanner on a bench: its core, a sensor, its flash, a person who does what the LED says, and a gateway at the other
// end of a line that can be cut. Time is simulated: an hour takes a moment.
class Bench {
public:
    struct Line {
        double cutPerPublish = 0;   // the line breaks, before or after the gateway took the message
        bool isDown = false;
    };

    struct Sent {
        std::string topic;
        std::string payload;
        int qos;
        bool isRetained;
    };

    explicit Bench(const emulator::Nature& nature = {}, uint32_t seed = 1, uint32_t sectors = 8);

    // Steps until it holds or that much time has passed; false when it never held.
    bool until(const std::function<bool()>& holds, scanner::Millis patience = 120'000);
    void run(scanner::Millis time);
    // Connected, and the sensor found.
    bool isReady();
    // A finger comes and goes.
    void touch(int whose);
    // Until the gateway has heard of its end.
    bool ends(const std::string& enrollment);
    std::string stateOf(const std::string& enrollment) { return gateway.enrollments[enrollment].state; }

    // As after a loss of the scanner's power; the sensor loses its own with it.
    void restart();
    void cutLine();
    // The sensor alone loses its power, or is another one afterwards.
    void cycleSensor();
    void replaceSensor(const emulator::Nature& nature) { sensor.replaceWith(nature, _now); }

    scanner::Scanner& core() { return *_scanner; }
    scanner::Millis uptime() const { return _now - _bootedAt; }
    bool isConnected() const { return _isConnected; }

    ManualGateway gateway;
    emulator::SensorEmulator sensor;
    MemoryFlash flash;
    Line line;
    scanner::Settings settings;
    bool hasPerson = true;
    int finger = 1;               // whose it is
    scanner::LedState led = scanner::LedState::Starting;
    int boots = 0;
    int powerCycles = 0;          // that were asked for
    std::vector<Sent> sent;       // whatever was published, again and again
    std::vector<Sent> wills;      // of each connection

private:
    void boot();
    void turn();
    void give(const scanner::Input& input);
    void act(const scanner::Actions& actions);
    void publish(const scanner::Publication& publication);
    void followLed();

    std::mt19937 _random;
    std::unique_ptr<scanner::Scanner> _scanner;
    scanner::Millis _now = 0;
    scanner::Millis _bootedAt = 0;
    scanner::Millis _wakeAt = 0;
    scanner::Millis _handAt = 0;
    scanner::LedState _handSaw = scanner::LedState::Starting;
    uint32_t _baud = 57600;
    bool _isConnected = false;
    bool _restartAsked = false;
    std::vector<scanner::Input> _inputs;
    std::vector<std::string> _texts;
};
