#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace emulator {

using Millis = uint64_t;
using Buffer = std::vector<uint8_t>;

// How often, from 0 to 1, something goes wrong; all that was seen on benches and in bug reports.
struct Faults {
    double garbage = 0;       // noise before a reply
    double droppedByte = 0;
    double flippedBit = 0;
    double lateReply = 0;     // after the other side has given it up
    double wrongReply = 0;    // one that belongs to another instruction
    double ignoredCommand = 0;
    double stuckBusy = 0;     // no word until it loses its power
    double badImage = 0;      // messy, or too few features
    double mismatch = 0;      // the same finger, not recognised
};

struct Nature {
    int buffers = 2;
    uint16_t capacity = 1000;
    uint32_t address = 0xFFFFFFFF;
    uint32_t password = 0;
    uint32_t baud = 57600;
    bool saysReady = false;           // 0x55 at power-up
    bool glitchesAtPowerUp = false;   // 0x00 at power-up
    bool knowsParameters = true;      // clones do not
    bool garblesParameters = false;   // clones also answer nonsense
    bool refusesUnknown = false;      // FC instead of silence
    bool splitsReads = false;
    double latency = 1.0;             // 0: at once, as fast as the line allows
};

// An R307 in software: its packets, its two or six buffers, its library, and its bad days.
class SensorEmulator {
public:
    explicit SensorEmulator(const Nature& nature = {}, uint32_t seed = 1) : _nature(nature), _random(seed) {}

    void powerOn(Millis now);
    void powerOff();

    // What the other side wrote, at the speed at which it speaks.
    void receive(Millis now, const Buffer& bytes, uint32_t baud);
    // What has arrived there by now.
    Buffer take(Millis now);
    Millis wakeAt() const;

    void press(int finger) { _finger = finger; }
    void lift() { _finger = 0; }

    Faults faults;
    std::map<uint16_t, int> library;   // slot → finger
    bool cutPowerAfterStore = false;   // the template is there, the acknowledgement is not
    bool losesCutStore = false;        // or neither is
    bool wasCut = false;
    int losesStores = 0;               // acknowledged, but not kept: worn flash

    int keepsErased = 0;               // so many times it says that it erased, and did not
    std::map<uint8_t, uint8_t> says;   // by instruction: this code instead of doing it
    std::set<uint8_t> ignores;         // instructions that it never answers
    int claimsSlot = -1;               // what every search finds

    // Another sensor on the same plug.
    void replaceWith(const Nature& nature, Millis now) {
        powerOff();
        _nature = nature;
        library.clear();
        powerOn(now);
    }

    uint64_t commands() const { return _commands; }

private:
    struct Outgoing {
        Millis at;
        Buffer bytes;
    };

    void handle(Millis now, const Buffer& content);
    Buffer answer(const Buffer& content, Millis& delay);
    Buffer features(uint8_t buffer);
    Buffer merge();
    Buffer store(uint8_t buffer, uint16_t slot);
    Buffer search(uint8_t buffer, uint16_t start, uint16_t count);
    Buffer parameters() const;
    Buffer packet(const Buffer& content) const;
    void send(Millis at, const Buffer& content);
    bool happens(double chance) { return chance > 0 && std::uniform_real_distribution<>(0, 1)(_random) < chance; }
    int bufferOf(uint8_t number) const;

    Nature _nature;
    std::mt19937 _random;
    bool _isOn = false;
    bool _isStuck = false;
    bool _isUnlocked = false;
    Millis _readyAt = 0;
    Millis _busyUntil = 0;
    int _finger = 0;
    int _image = 0;
    std::array<int, 6> _buffers{};
    Buffer _input;
    std::vector<Outgoing> _output;
    uint64_t _commands = 0;
};

}  // namespace emulator
