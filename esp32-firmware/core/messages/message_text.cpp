#include "messages/message_text.h"

#include "json/json_writer.h"

namespace scanner {

using Json = JsonWriter<400>;

static FixedText<24> idOf(uint32_t boot, uint32_t counter) {
    FixedText<24> id;
    id.append(boot).append("-").append(counter);
    return id;
}

static std::string_view wordOf(Report::Status status) {
    switch (status) {
        case Report::Status::Waiting: return "waiting";
        case Report::Status::Progress: return "progress";
        case Report::Status::Retry: return "retry";
        case Report::Status::Success: return "success";
        default: return "error";
    }
}

static void beginTopic(const DeviceId& device, MessageText& message) {
    message.topic.assign("scanners/");
    message.topic.append(device.view());
}

static bool endPayload(Json& json, MessageText& message) {
    message.payload.assign(json.end());
    return !message.payload.empty() && !message.topic.overflowed();
}

static void scanTopic(const Report& report, MessageText& message) {
    message.topic.append("/enrollments/").append(report.subject.view());
    if (report.kind == Report::Kind::Result) {
        message.topic.append("/result");
    } else {
        message.topic.append("/scans/").append(report.step);
    }
}

bool writeMessage(const DeviceId& device, const Report& report, MessageText& message) {
    Json json;
    json.text("id", idOf(report.boot, report.counter).view());
    beginTopic(device, message);
    message.isRetained = false;
    switch (report.kind) {
        case Report::Kind::Scan:
        case Report::Kind::Result:
            scanTopic(report, message);
            message.isRetained = true;
            json.text("status", wordOf(report.status));
            if (report.kind == Report::Kind::Scan) json.number("step", report.step).number("of", report.of);
            json.number("slot", report.slot);
            break;
        case Report::Kind::Identification:
            message.topic.append("/identifications");
            if (report.hasSlot) {
                json.number("slot", report.slot).number("confidence", report.confidence);
            } else {
                json.null("slot");
            }
            break;
        case Report::Kind::Answer:
            message.topic.append("/acks");
            json.text("command", report.subject.view()).flag("ok", report.status == Report::Status::Success);
            break;
    }
    if (!report.reason.empty()) json.text("reason", report.reason.view());
    json.number("uptime", static_cast<int64_t>(report.uptime));
    return endPayload(json, message);
}

bool writeStatus(const DeviceId& device, const StatusReport& status, MessageText& message) {
    Json json;
    beginTopic(device, message);
    message.topic.append("/status");
    message.isRetained = true;
    json.text("id", idOf(status.boot, status.counter).view());
    json.text("state", status.isOnline ? "online" : "offline");
    if (!status.isOnline) return endPayload(json, message);
    json.text("firmware", status.firmware);
    if (status.sensor != SensorHealth::Starting) {
        const bool isOk = status.sensor == SensorHealth::Ok;
        json.text("sensor", isOk ? "ok" : status.sensor == SensorHealth::Missing ? "missing" : "error");
    }
    if (status.hasProfile) json.number("capacity", status.capacity).number("stored", status.stored);
    if (status.hasRssi) json.number("rssi", status.rssi);
    json.number("uptime", static_cast<int64_t>(status.uptime)).number("owed", static_cast<int64_t>(status.owed));
    json.text("reset", status.resetReason);
    if (status.isStorageFaulty) json.text("storage", "error");
    return endPayload(json, message);
}

FixedText<64> commandsTopic(const DeviceId& device) {
    FixedText<64> topic("scanners/");
    topic.append(device.view()).append("/commands");
    return topic;
}

}  // namespace scanner
