#pragma once
#include "messages/report.h"
#include "sensor/sensor_health.h"

namespace scanner {

using DeviceId = FixedText<32>;

// A message as MQTT takes it.
struct MessageText {
    FixedText<136> topic;
    FixedText<400> payload;
    bool isRetained = false;
};

// What the scanner says of itself: at birth, as a heartbeat, and, with isOnline false, as its will.
struct StatusReport {
    bool isOnline = true;
    uint32_t boot = 0;
    uint32_t counter = 0;
    Millis uptime = 0;
    std::string_view firmware;
    std::string_view resetReason;
    SensorHealth sensor = SensorHealth::Starting;
    bool hasProfile = false;
    uint16_t capacity = 0;
    uint16_t stored = 0;
    bool hasRssi = false;
    int rssi = 0;
    size_t owed = 0;
    bool isStorageFaulty = false;
};

// False when the report has a place in it that no message has room for.
bool writeMessage(const DeviceId& device, const Report& report, MessageText& message);
bool writeStatus(const DeviceId& device, const StatusReport& status, MessageText& message);

FixedText<64> commandsTopic(const DeviceId& device);

}  // namespace scanner
