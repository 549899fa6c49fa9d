#include "tests/bench.h"

#include <algorithm>

using namespace scanner;

Bench::Bench(const emulator::Nature& nature, uint32_t seed, uint32_t sectors)
    : sensor(nature, seed), flash(sectors, seed), _random(seed) {
    settings.device.assign("desk-1");
    settings.firmware.assign("1.0.0");
    settings.resetReason.assign("power_on");
    settings.random = seed;
    boot();
}

void Bench::boot() {
    boots++;
    flash.revive();
    _bootedAt = _now;
    _isConnected = false;
    _inputs.clear();
    sensor.powerOn(_now);
    settings.random = static_cast<uint32_t>(_random());
    _scanner = std::make_unique<Scanner>(settings, flash);
    _scanner->begin(0);
    _wakeAt = _now;
}

void Bench::restart() {
    sensor.powerOff();
    _now += 50;
    boot();
}

void Bench::cycleSensor() {
    sensor.powerOff();
    sensor.powerOn(_now);
}

static Bench::Sent copyOf(const Publication& publication) {
    return {std::string(publication.topic), std::string(publication.payload), publication.qos, publication.isRetained};
}

void Bench::cutLine() {
    if (!_isConnected) return;
    _isConnected = false;
    _inputs.push_back(Input::of(Input::Kind::MqttDown));
}

bool Bench::until(const std::function<bool()>& holds, Millis patience) {
    const Millis end = _now + patience;
    while (!holds()) {
        if (_now >= end) return false;
        turn();
    }
    return true;
}

void Bench::run(Millis time) {
    const Millis end = _now + time;
    until([&] { return _now >= end; }, time + 1);
}

bool Bench::isReady() {
    return until([&] { return _isConnected && _scanner->sensor().health() == SensorHealth::Ok; });
}

void Bench::touch(int whose) {
    sensor.press(whose);
    run(1500);
    sensor.lift();
    run(1000);
}

bool Bench::ends(const std::string& enrollment) {
    return until([&] {
        const std::string state = stateOf(enrollment);
        return state != "requested" && state != "scanning";
    }, 400'000);
}

// One thing happens: bytes from the sensor, a command, an answer of the line, or nothing but time.
void Bench::turn() {
    if (flash.isDead() || _restartAsked) {
        _restartAsked = false;
        restart();
        return;
    }
    if (sensor.wasCut) {
        sensor.wasCut = sensor.cutPowerAfterStore = false;
        restart();
        return;
    }
    followLed();
    if (!_inputs.empty()) {
        const Input input = _inputs.front();
        _inputs.erase(_inputs.begin());
        give(input);
        return;
    }
    const emulator::Buffer bytes = sensor.take(_now);
    if (!bytes.empty()) {
        give(Input::sensor({bytes.data(), bytes.size()}));
        return;
    }
    if (_isConnected) {
        _texts = gateway.takeCommands();
        for (const std::string& text : _texts) give(Input::command(Bytes::of(text)));
        if (!_texts.empty()) return;
    }
    const Millis next = std::min({_wakeAt, sensor.wakeAt(), _handAt > _now ? _handAt : UINT64_MAX, _now + 1000});
    _now = std::max(_now + 1, next);
    give(Input::time());
}

void Bench::give(const Input& input) {
    if (flash.isDead()) return;
    act(_scanner->step(uptime(), input));
}

void Bench::act(const Actions& actions) {
    // What died during the step did nothing of it.
    if (flash.isDead()) return;
    _wakeAt = _bootedAt + actions.wakeAt;
    led = actions.led;
    if (actions.cyclePower) {
        powerCycles++;
        cycleSensor();
    }
    if (actions.sensorBaud != 0) _baud = actions.sensorBaud;
    if (!actions.toSensor.empty()) sensor.receive(_now, {actions.toSensor.begin(), actions.toSensor.end()}, _baud);
    if (actions.beginWifi) _inputs.push_back({Input::Kind::WifiUp, {}, 0, -61});
    if (actions.closeMqtt) {
        _isConnected = false;
        const auto isOfLine = [](const Input& input) { return input.kind >= Input::Kind::MqttUp; };
        _inputs.erase(std::remove_if(_inputs.begin(), _inputs.end(), isOfLine), _inputs.end());
    }
    if (actions.connectMqtt) {
        wills.push_back(copyOf(actions.will));
        _isConnected = !line.isDown;
        _inputs.push_back(Input::of(line.isDown ? Input::Kind::MqttDown : Input::Kind::MqttUp));
    }
    if (actions.subscribe && _isConnected) gateway.subscribed();
    for (size_t i = 0; i < actions.publicationCount; i++) publish(actions.publications[i]);
    _restartAsked = _restartAsked || actions.restart;
}

void Bench::publish(const Publication& publication) {
    if (!_isConnected) return;
    sent.push_back(copyOf(publication));
    const double chance = std::uniform_real_distribution<>(0, 1)(_random);
    const bool isCut = line.isDown || chance < line.cutPerPublish;
    // Half the cuts come after the gateway has taken the message, and swallow the PUBACK.
    if (!isCut || _random() % 2 == 0) gateway.publish(publication.topic, publication.payload);
    if (isCut) {
        _isConnected = false;
        _inputs.push_back(Input::of(Input::Kind::MqttDown));
    } else if (publication.number != 0) {
        _inputs.push_back(Input::published(publication.number));
    }
}

// A person needs a moment to do what the light says.
void Bench::followLed() {
    if (!hasPerson) return;
    if (led != _handSaw) {
        _handSaw = led;
        _handAt = _now + 200 + _random() % 600;
    }
    if (_now < _handAt) return;
    if (led == LedState::PlaceFinger) {
        sensor.press(finger);
    } else {
        sensor.lift();
    }
}
