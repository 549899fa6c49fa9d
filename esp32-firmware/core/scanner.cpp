#include "scanner.h"

namespace scanner {

Scanner::Scanner(const Settings& settings, FlashPort& flash)
    : _settings(settings),
      _store(flash),
      _reporter(_store),
      _sensor(settings.sensor, settings.minConfidence),
      _enrollments(_store, _reporter, _sensor),
      _commands(_store, _reporter, _sensor, _enrollments),
      _connection(settings.random),
      _sender(_settings.device, _store.outbox) {}

void Scanner::begin(Millis now) {
    if (!_store.mount(_settings.random)) _reporter.setFaulty();
    _enrollments.reconcile(now);
    _sensor.begin(now);
}

// The order matters: what the sensor tells is in flash before the sensor is asked for more, and before it is published.
const Actions& Scanner::step(Millis now, const Input& input) {
    _actions = {};
    take(now, input);
    _sensor.step(now, input.kind == Input::Kind::SensorBytes ? input.bytes : Bytes());
    _enrollments.step(now);
    identify(now);
    _commands.step(now);

    _actions.cyclePower = _sensor.takePowerCycle();
    _actions.sensorBaud = _sensor.baud();
    _actions.toSensor = _sensor.takeOutput();
    link(now);
    publish(now);
    _actions.restart = _actions.restart || _commands.wantsRestart(now);
    _actions.led = led(now);
    _actions.wakeAt = earlier(earlier(_sensor.wakeAt(now), _connection.wakeAt()), earlier(_sender.wakeAt(), now + 1000));
    return _actions;
}

void Scanner::take(Millis now, const Input& input) {
    if (input.rssi != 0) _rssi = input.rssi;
    switch (input.kind) {
        case Input::Kind::WifiUp: _connection.wifiUp(now); break;
        case Input::Kind::WifiDown:
            _connection.wifiDown(now);
            _rssi = 0;
            break;
        case Input::Kind::MqttUp:
            _connection.mqttUp(now);
            _sender.connected();
            _actions.subscribe = true;
            _actions.commands = commandsTopic(_settings.device);
            _statusDue = true;
            break;
        case Input::Kind::MqttDown:
            _connection.mqttDown(now);
            _sender.disconnected();
            break;
        case Input::Kind::Command: _commands.receive(now, input.bytes); break;
        case Input::Kind::Published:
            _sender.acknowledged(input.number);
            _connection.mqttServed();
            break;
        default: break;
    }
}

void Scanner::identify(Millis now) {
    Identified identified;
    if (_sensor.takeIdentified(identified)) {
        Report report;
        report.kind = Report::Kind::Identification;
        report.hasSlot = identified.isKnown;
        report.slot = identified.slot;
        report.confidence = identified.confidence;
        _reporter.report(now, report);
    }
    _sensor.mayIdentify(_enrollments.isClear() && _store.outbox.hasRoom() && !_reporter.isFaulty());
}

void Scanner::link(Millis now) {
    const Connection::Wants wants = _connection.step(now, !_enrollments.isRunning());
    if (wants.closeMqtt) _sender.disconnected();
    _actions.beginWifi = wants.beginWifi;
    _actions.closeMqtt = wants.closeMqtt;
    _actions.connectMqtt = wants.connectMqtt;
    _actions.restart = wants.restart;
    if (!wants.connectMqtt) return;
    // The will is fixed at CONNECT, and bears an id: a fresh one for each connection.
    StatusReport offline;
    offline.isOnline = false;
    offline.boot = _store.boot();
    offline.counter = _store.nextCounter();
    writeStatus(_settings.device, offline, _willText);
    _actions.will = {_willText.topic.view(), _willText.payload.view(), 1, true, 0};
}

void Scanner::publish(Millis now) {
    if (!_connection.isMqttUp()) return;
    if (_statusDue || now >= _statusAt || statusChanged()) publishStatus(now);
    uint32_t number;
    if (!_sender.next(now, number, _messageText)) return;
    _actions.publications[_actions.publicationCount++] = {
        _messageText.topic.view(), _messageText.payload.view(), 1, _messageText.isRetained, number};
}

// QoS 0: within a connection TCP delivers it, and each connection begins with one. An unacknowledged QoS 1 status would
// be resent after the birth of the next connection, and be out of date.
void Scanner::publishStatus(Millis now) {
    if (!writeStatus(_settings.device, statusReport(now), _statusText)) return;
    _statusDue = false;
    _statusAt = now + kHeartbeat;
    _toldHealth = _sensor.health();
    _toldStored = _sensor.profile().stored;
    _actions.publications[_actions.publicationCount++] = {
        _statusText.topic.view(), _statusText.payload.view(), 0, true, 0};
}

StatusReport Scanner::statusReport(Millis now) {
    StatusReport status;
    status.boot = _store.boot();
    status.counter = _store.nextCounter();
    status.uptime = now;
    status.firmware = _settings.firmware.view();
    status.resetReason = _settings.resetReason.view();
    status.hasProfile = _sensor.health() == SensorHealth::Ok;
    status.sensor = _sensor.health();
    status.capacity = _sensor.profile().capacity;
    status.stored = _sensor.profile().stored;
    status.hasRssi = _rssi != 0;
    status.rssi = _rssi;
    status.owed = _store.outbox.owed();
    status.isStorageFaulty = _reporter.isFaulty();
    return status;
}

bool Scanner::statusChanged() const {
    return _sensor.health() != _toldHealth || _sensor.profile().stored != _toldStored;
}

LedState Scanner::led(Millis now) const {
    if (_commands.isLocated(now) && !_sensor.isEnrolling()) return LedState::Located;
    if (_reporter.isFaulty()) return LedState::StorageFault;
    switch (_sensor.health()) {
        case SensorHealth::Starting: return LedState::Starting;
        case SensorHealth::Ok: break;
        default: return LedState::SensorFault;
    }
    if (_sensor.isEnrolling()) return _sensor.awaitsFinger() ? LedState::PlaceFinger : LedState::LiftFinger;
    if (!_store.outbox.hasRoom()) return LedState::Full;
    return _connection.isMqttUp() ? LedState::Ready : LedState::Offline;
}

}  // namespace scanner
