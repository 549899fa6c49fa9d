#include "link/connection.h"

namespace scanner {

void Connection::wifiUp(Millis now) {
    _wifi = State::Up;
    _wifiFailures = 0;
    if (_mqtt == State::Down) _mqttAt = now;
}

void Connection::wifiDown(Millis now) {
    if (_wifi == State::Up) _wifiLostAt = now;
    if (_wifi != State::Down) _wifiAt = now + backoff(_wifiFailures++, 1000, 30'000, _random);
    _wifi = State::Down;
    if (_mqtt != State::Down) {
        _closeMqtt = true;
        mqttDown(now);
    }
}

void Connection::mqttUp(Millis now) {
    _mqtt = State::Up;
    _mqttSince = now;
    _mqttConnects++;
}

void Connection::mqttDown(Millis now) {
    if (_mqtt == State::Down) return;
    if (_mqtt == State::Up && now - _mqttSince >= kStable) _mqttFailures = 0;
    _mqtt = State::Down;
    _mqttAt = now + backoff(_mqttFailures++, 400, 30'000, _random);
}

Connection::Wants Connection::step(Millis now, bool mayRestart) {
    Wants wants;
    if (_wifi == State::Trying && now >= _wifiAt) wifiDown(now);
    if (_wifi == State::Down && now >= _wifiAt) {
        wants.beginWifi = true;
        _wifi = State::Trying;
        _wifiAt = now + kWifiPatience;
    }
    if (_mqtt == State::Trying && now >= _mqttAt) {
        _closeMqtt = true;
        mqttDown(now);
    }
    if (_mqtt == State::Down && _wifi == State::Up && now >= _mqttAt && !_closeMqtt) {
        wants.connectMqtt = true;
        _mqtt = State::Trying;
        _mqttAt = now + kMqttPatience;
    }
    wants.closeMqtt = _closeMqtt;
    _closeMqtt = false;
    wants.restart = mayRestart && _wifi != State::Up && now - _wifiLostAt >= kHopeless;
    return wants;
}

Millis Connection::wakeAt() const {
    Millis at = _wifi == State::Up ? kNever : _wifiAt;
    if (_mqtt == State::Trying || (_mqtt == State::Down && _wifi == State::Up)) at = earlier(at, _mqttAt);
    return _closeMqtt ? 0 : at;
}

}  // namespace scanner
