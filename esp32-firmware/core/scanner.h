#pragma once
#include "desk/command_desk.h"
#include "desk/enrollment_desk.h"
#include "desk/sensor_desk.h"
#include "led/led_pattern.h"
#include "link/connection.h"
#include "link/sender.h"
#include "store/store.h"

namespace scanner {

struct Settings {
    DeviceId device;
    FixedText<32> firmware;
    FixedText<24> resetReason;
    SensorSettings sensor;
    // A resemblance below it is no identification.
    uint16_t minConfidence = 40;
    uint32_t random = 1;
};

// What has happened; one thing per step.
struct Input {
    enum class Kind { Time, SensorBytes, WifiUp, WifiDown, MqttUp, MqttDown, Command, Published };
    Kind kind = Kind::Time;
    Bytes bytes;          // SensorBytes; of a Command its payload
    uint32_t number = 0;  // Published
    int rssi = 0;         // WifiUp, and Time while it is up; 0 is unknown

    static Input time() { return {}; }
    static Input of(Kind kind) { return {kind, {}, 0, 0}; }
    static Input sensor(Bytes bytes) { return {Kind::SensorBytes, bytes, 0, 0}; }
    static Input command(Bytes payload) { return {Kind::Command, payload, 0, 0}; }
    static Input published(uint32_t number) { return {Kind::Published, {}, number, 0}; }
};

struct Publication {
    std::string_view topic;
    std::string_view payload;
    int qos = 0;
    bool isRetained = false;
    uint32_t number = 0;  // to be given back with the PUBACK; 0 when nobody waits for it
};

// What is to be done, in this order. Texts are valid until the next step.
struct Actions {
    bool cyclePower = false;  // of the sensor, where a pin switches it
    uint32_t sensorBaud = 0;
    Bytes toSensor;
    bool beginWifi = false;
    bool closeMqtt = false;
    bool connectMqtt = false;
    Publication will;  // with connectMqtt
    bool subscribe = false;
    FixedText<64> commands;  // the topic to subscribe to
    Publication publications[2];
    size_t publicationCount = 0;
    bool restart = false;
    LedState led = LedState::Starting;
    Millis wakeAt = 0;  // step again then, unless something happens before
};

// The scanner: everything it does, without hardware, clock or heap. Whoever owns it gives it what happens and the time,
// and does what it answers.
class Scanner {
public:
    Scanner(const Settings& settings, FlashPort& flash);

    void begin(Millis now);
    const Actions& step(Millis now, const Input& input);

    const SensorDesk& sensor() const { return _sensor; }
    const Store& store() const { return _store; }
    const Connection& connection() const { return _connection; }
    bool isStorageFaulty() const { return _reporter.isFaulty(); }

private:
    static constexpr Millis kHeartbeat = 30'000;

    void take(Millis now, const Input& input);
    void identify(Millis now);
    void link(Millis now);
    void publish(Millis now);
    void publishStatus(Millis now);
    StatusReport statusReport(Millis now);
    bool statusChanged() const;
    LedState led(Millis now) const;

    Settings _settings;
    Store _store;
    Reporter _reporter;
    SensorDesk _sensor;
    EnrollmentDesk _enrollments;
    CommandDesk _commands;
    Connection _connection;
    Sender _sender;

    Actions _actions;
    MessageText _willText;
    MessageText _statusText;
    MessageText _messageText;
    Millis _statusAt = 0;
    bool _statusDue = false;
    SensorHealth _toldHealth = SensorHealth::Starting;
    uint16_t _toldStored = 0;
    int _rssi = 0;
};

}  // namespace scanner
