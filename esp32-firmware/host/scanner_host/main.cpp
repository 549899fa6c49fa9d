// The whole scanner as a program: the firmware's core, a sensor, flash in a file, libmosquitto, and a person.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <set>

#include "emulator/pty_sensor.h"
#include "flash/file_flash.h"
#include "scanner_host/library_file.h"
#include "scanner_host/mqtt_line.h"
#include "scanner_host/options.h"
#include "scanner_host/serial_line.h"

using namespace scanner;

namespace {

constexpr uint32_t kFlashSectors = 16;

class ScannerHost {
public:
    explicit ScannerHost(const Options& options)
        : _options(options),
          _flash(options.flash, kFlashSectors),
          _library(options.sensor),
          _sensor(natureOf(options), options.seed),
          _line(options.host, options.port, options.device, options.secret),
          _random(std::random_device()()) {
        _sensor.faults = options.faults;
        _sensor.library = _library.load();
        _sensor.powerOn(0);
        if (options.serial.empty()) _pty = std::make_unique<emulator::PtySensor>(_sensor, 57600);
        _serial = std::make_unique<SerialLine>(_pty != nullptr ? _pty->path() : options.serial);
        if (!options.audit.empty()) _audit = fopen(options.audit.c_str(), "a");
        if (!options.wire.empty()) _wire = fopen(options.wire.c_str(), "ab");
        _flash.cutAt(options.cutPowerAt);
        _core = std::make_unique<Scanner>(settings(), _flash);
    }

    void run() {
        _core->begin(now());
        bool isRunning = true;
        while (isRunning) {
            isRunning = turn();
            tell();
            await();
        }
    }

    // Says of each hop whether it works; 0 when all do.
    int selfTest() {
        _core->begin(now());
        const Millis end = now() + 30'000;
        Findings found;
        found.wifi = Findings::Wifi::Up;  // this computer's own network
        do {
            turn();
            await();
            lookAtSensor(_core->sensor(), found);
            found.gateway = _line.gateway();
            found.broker = _line.broker();
        } while (now() < end && (found.sensor == SensorHealth::Starting || found.gateway == Findings::Gateway::NotSetUp || isUndecided(found)));
        for (const Sentence& sentence : {sensorSentence(found), gatewaySentence(found), brokerSentence(found)}) puts(sentence.c_str());
        return found.sensor == SensorHealth::Ok && found.broker == Findings::Broker::Connected ? 0 : 1;
    }

private:
    static bool isUndecided(const Findings& found) {
        return found.gateway == Findings::Gateway::Reachable && found.broker == Findings::Broker::NotTried;
    }

    static emulator::Nature natureOf(const Options& options) {
        emulator::Nature nature;
        nature.refusesUnknown = true;
        nature.splitsReads = options.seed % 2 == 1;
        nature.capacity = 200;
        return nature;
    }

    Settings settings() {
        Settings made;
        made.device.assign(_options.device);
        made.firmware.assign("host-1.0.0");
        made.resetReason.assign("power_on");
        made.random = static_cast<uint32_t>(_random());
        return made;
    }

    Millis now() const {
        const auto elapsed = std::chrono::steady_clock::now() - _began;
        return static_cast<Millis>(std::chrono::duration_cast<std::chrono::milliseconds>(elapsed * _options.speed).count());
    }

    // Everything that has happened, one by one; false when the core wants a restart.
    bool turn() {
        pumpSensor();
        const Bytes bytes = _serial->receive();
        if (!bytes.empty() && !give(Input::sensor(bytes))) return false;
        _line.pump();
        if (_isWifiUpDue) {
            _isWifiUpDue = false;
            if (!give(Input::of(Input::Kind::WifiUp))) return false;
        }
        MqttLine::Event event;
        while (_line.take(event)) {
            if (!give({event.kind, Bytes::of(event.payload), event.number, 0})) return false;
        }
        if (!give(Input::time())) return false;
        if (!_options.isAlone) followLed();
        return true;
    }

    void pumpSensor() {
        if (_pty == nullptr) return;
        _pty->setBaud(_serial->baud());
        _pty->pump(now());
        _library.keep(_sensor.library);
    }

    bool give(const Input& input) {
        const Actions& actions = _core->step(now(), input);
        _led = actions.led;
        _wakeAt = actions.wakeAt;
        if (actions.cyclePower) {
            _sensor.powerOff();
            _sensor.powerOn(now());
        }
        if (actions.sensorBaud != 0) _serial->setBaud(actions.sensorBaud);
        if (!actions.toSensor.empty()) send(actions.toSensor);
        _isWifiUpDue = _isWifiUpDue || actions.beginWifi;
        if (actions.closeMqtt) _line.close();
        if (actions.connectMqtt) _line.connect(actions.will);
        if (actions.subscribe) _line.subscribe(actions.commands.c_str());
        for (size_t i = 0; i < actions.publicationCount; i++) publish(actions.publications[i]);
        return !actions.restart;
    }

    void send(Bytes bytes) {
        if (_wire != nullptr) {
            fwrite(bytes.data, 1, bytes.size, _wire);
            fflush(_wire);
        }
        _serial->send(bytes);
    }

    void publish(const Publication& publication) {
        if (publication.number != 0) note(publication);
        _line.publish(publication);
        _publications++;
        const bool isEvery = _options.cutLineEvery != 0 && _publications % _options.cutLineEvery == 0;
        if (!isEvery && _publications != _options.cutLineAt) return;
        printf("cut the line\n");
        _line.cut();
    }

    void note(const Publication& publication) {
        if (_audit == nullptr || !_noted.insert(publication.number).second) return;
        const std::string payload(publication.payload);
        const size_t end = payload.find('"', 7);
        fprintf(_audit, "%s %s\n", payload.substr(7, end - 7).c_str(), std::string(publication.topic).c_str());
        fflush(_audit);
    }

    // A person with a finger that this sensor does not know yet, one for each enrollment.
    void followLed() {
        const bool isEnrolling = _core->sensor().isEnrolling();
        if (isEnrolling && !_wasEnrolling) {
            _finger = 1;
            for (const auto& [slot, finger] : _sensor.library) _finger = std::max(_finger, finger + 1);
        }
        _wasEnrolling = isEnrolling;
        if (_led != _handSaw) {
            _handSaw = _led;
            _handAt = now() + 100 + _random() % 300;
        }
        if (now() < _handAt) return;
        if (_led == LedState::PlaceFinger) {
            _sensor.press(_finger);
        } else {
            _sensor.lift();
        }
    }

    // What a test waits for, or a person wants to see.
    void tell() {
        const size_t owed = _core->store().outbox.owed();
        char line[160];
        snprintf(line, sizeof line, "boot=%u led=\"%s\" owed=%zu enrolling=%d stored=%zu", _core->store().boot(), describe(_led), owed,
                 _core->sensor().isEnrolling() ? 1 : 0, _sensor.library.size());
        if (_told == line) return;
        _told = line;
        puts(line);
        fflush(stdout);
    }

    void await() {
        pollfd files[3] = {{_serial->descriptor(), POLLIN, 0}, {_pty != nullptr ? _pty->descriptor() : -1, POLLIN, 0}, {_line.descriptor(), POLLIN, 0}};
        if (_line.wantsWrite()) files[2].events |= POLLOUT;
        const Millis at = std::min({_wakeAt, _sensor.wakeAt(), _handAt > now() ? _handAt : kNever, now() + 1000});
        const Millis wait = at > now() ? (at - now()) / _options.speed + 1 : 0;
        poll(files, 3, static_cast<int>(wait));
    }

    Options _options;
    FileFlash _flash;
    LibraryFile _library;
    emulator::SensorEmulator _sensor;
    MqttLine _line;
    std::mt19937 _random;
    std::unique_ptr<emulator::PtySensor> _pty;
    std::unique_ptr<SerialLine> _serial;
    std::unique_ptr<Scanner> _core;
    FILE* _audit = nullptr;
    FILE* _wire = nullptr;
    std::chrono::steady_clock::time_point _began = std::chrono::steady_clock::now();
    LedState _led = LedState::Starting;
    LedState _handSaw = LedState::Starting;
    Millis _wakeAt = 0;
    Millis _handAt = 0;
    bool _wasEnrolling = false;
    bool _isWifiUpDue = false;
    int _finger = 1;
    uint64_t _publications = 0;
    std::set<uint32_t> _noted;
    std::string _told;
};

}  // namespace

int main(int count, char** arguments) {
    const Options options = readOptions(count, arguments);
    try {
        ScannerHost host(options);
        if (options.isSelfTest) return host.selfTest();
        host.run();
    } catch (const std::exception& problem) {
        fprintf(stderr, "%s\n", problem.what());
        return 1;
    }
    // Restarted as the chip does it: the same flash, the same sensor, everything else anew.
    execv("/proc/self/exe", arguments);
    return 1;
}
