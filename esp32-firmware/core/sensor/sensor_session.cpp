#include "sensor/sensor_session.h"

namespace scanner {

constexpr uint32_t SensorSession::kBauds[];

void SensorSession::begin(Millis now, bool isPoweringUp) {
    _phase = Phase::PowerUp;
    _outcome = Outcome::None;
    _readyAt = isPoweringUp ? now + kPowerUp : now;
    _baudsTried = 0;
    _knowsParameters = true;
    _profile = {};
}

Wish SensorSession::resume(Millis now, const Reply* reply) {
    if (reply == nullptr) {
        if (now < _readyAt) return Wish::waitUntil(_readyAt);
        _phase = Phase::Password;
        return Wish::ask(instruction::verifyPassword(_settings.password));
    }
    switch (_phase) {
        case Phase::Password: return onPassword(*reply);
        case Phase::Parameters: return onParameters(*reply);
        case Phase::Count: return onCount(*reply);
        default: break;
    }
    _profile.buffers = reply->isOk() ? 6 : 2;
    return end(Outcome::Ready);
}

Wish SensorSession::onPassword(const Reply& reply) {
    if (reply.isSilent()) {
        if (++_baudsTried == kBaudCount) return end(Outcome::Silent);
        _baud = (_baud + 1) % kBaudCount;
        return Wish::ask(instruction::verifyPassword(_settings.password));
    }
    if (reply.says(code::WrongPassword)) return end(Outcome::WrongPassword);
    _phase = Phase::Parameters;
    return Wish::ask(instruction::readParameters());
}

Wish SensorSession::onParameters(const Reply& reply) {
    // Clones answer with garbage, or not at all: then the smallest sensor is assumed.
    _knowsParameters = reply.isOk();
    if (reply.says(code::PasswordNeeded)) return end(Outcome::WrongPassword);
    const uint16_t capacity = reply.isOk() ? getBig16(reply.data.data + 4) : 0;
    if (capacity > 0 && capacity <= 3000) _profile.capacity = capacity;
    _phase = Phase::Count;
    return Wish::ask(instruction::count());
}

Wish SensorSession::onCount(const Reply& reply) {
    if (reply.isSilent()) return end(Outcome::Silent);
    _profile.stored = reply.isOk() ? getBig16(reply.data.data) : 0;
    if (_settings.buffers != BufferCount::Detect) {
        _profile.buffers = static_cast<uint8_t>(_settings.buffers);
        return end(Outcome::Ready);
    }
    _phase = Phase::Check;
    return Wish::ask(instruction::checkSensor());
}

Wish SensorSession::end(Outcome outcome) {
    _outcome = outcome;
    return Wish::done();
}

}  // namespace scanner
