#pragma once
#include "link/backoff.h"

namespace scanner {

// When to try Wi-Fi and MQTT (again). A line that fails soon after it came counts as failed: only one that held, or that
// brought a message to its PUBACK, begins the back-off anew. Wi-Fi that stays away is begun from the ground up, and in the end the board is restarted, since
// drivers have been seen to hang.
class Connection {
public:
    struct Wants {
        bool beginWifi = false;  // disconnect, scan all channels, join the strongest
        bool connectMqtt = false;
        bool closeMqtt = false;
        bool restart = false;
    };

    explicit Connection(uint32_t seed) : _random(seed) {}

    void wifiUp(Millis now);
    void wifiDown(Millis now);
    void mqttUp(Millis now);
    void mqttDown(Millis now);
    // A PUBACK has come: bad as the line may be, trying soon is worth it.
    void mqttServed() { _mqttFailures = 0; }

    Wants step(Millis now, bool mayRestart);

    bool isWifiUp() const { return _wifi == State::Up; }
    bool isMqttUp() const { return _mqtt == State::Up; }
    uint32_t mqttConnects() const { return _mqttConnects; }
    Millis wakeAt() const;

private:
    enum class State { Down, Trying, Up };

    static constexpr Millis kWifiPatience = 20'000;
    static constexpr Millis kMqttPatience = 15'000;
    static constexpr Millis kStable = 10'000;
    static constexpr Millis kHopeless = 30 * 60'000;

    Random _random;
    State _wifi = State::Down;
    State _mqtt = State::Down;
    Millis _wifiAt = 0;  // next try, or end of patience
    Millis _mqttAt = 0;
    Millis _mqttSince = 0;
    Millis _wifiLostAt = 0;
    uint32_t _wifiFailures = 0;
    uint32_t _mqttFailures = 0;
    uint32_t _mqttConnects = 0;
    bool _closeMqtt = false;
};

}  // namespace scanner
