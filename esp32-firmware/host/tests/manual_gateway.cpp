#include "tests/manual_gateway.h"

#include <cstdio>

static std::string idOf(char kind, int number) {
    char text[24];
    snprintf(text, sizeof text, "%c%06d", kind, number);
    return text;
}

std::string ManualGateway::enroll(int slot, int scans, int expiresIn) {
    const std::string enrollment = idOf('e', ++_lastId);
    const std::string id = idOf('c', ++_lastId);
    Enrollment made;
    made.command = id;
    made.slot = slot;
    made.scans = scans;
    enrollments[enrollment] = made;
    send(id, R"({"id":")" + id + R"(","do":"enroll","enrollment":")" + enrollment + R"(","slot":)" + std::to_string(slot) +
                 R"(,"scans":)" + std::to_string(scans) + R"(,"expiresIn":)" + std::to_string(expiresIn) + "}");
    return enrollment;
}

void ManualGateway::cancel(const std::string& enrollment) {
    Enrollment& known = enrollments[enrollment];
    known.state = "cancelled";
    _unanswered.erase(known.command);
    const std::string id = idOf('c', ++_lastId);
    send(id, R"({"id":")" + id + R"(","do":"cancel","enrollment":")" + enrollment + R"("})");
}

std::string ManualGateway::command(const std::string& fields) {
    const std::string id = idOf('c', ++_lastId);
    send(id, R"({"id":")" + id + R"(",)" + fields + "}");
    return id;
}

void ManualGateway::send(const std::string& id, const std::string& payload) {
    _unanswered[id] = payload;
    _outgoing.push_back(payload);
}

void ManualGateway::subscribed() {
    _outgoing.clear();
    for (const auto& [id, payload] : _unanswered) _outgoing.push_back(payload);
}

std::vector<std::string> ManualGateway::takeCommands() {
    std::vector<std::string> taken;
    taken.swap(_outgoing);
    return taken;
}

void ManualGateway::publish(std::string_view topic, std::string_view payload) {
    const Message message{std::string(topic), std::string(payload)};
    const std::string prefix = "scanners/desk-1/";
    if (message.topic.compare(0, prefix.size(), prefix) != 0) return violated("a topic of another", message);
    const std::string rest = message.topic.substr(prefix.size());
    if (rest == "status") {
        statuses.push_back(message);
        return;
    }
    const std::string id = field(payload, "id");
    const auto known = _byId.find(id);
    if (known != _byId.end()) {
        duplicates++;
        if (known->second.payload != message.payload || known->second.topic != message.topic) violated("an id used twice", message);
        return;
    }
    _byId[id] = message;
    received.push_back(message);
    const size_t dash = id.find('-');
    const std::string boot = id.substr(0, dash);
    const uint64_t counter = std::stoull(id.substr(dash + 1));
    auto& [last, order] = _lastOf[boot];
    if (counter <= last) violated("out of order", message);
    last = counter;
    order++;
    if (rest == "acks") return onAnswer(message);
    if (rest == "identifications") return;
    const std::string enrollment = rest.substr(12, rest.find('/', 12) - 12);
    if (enrollments.count(enrollment) == 0) return violated("an unknown enrollment", message);
    if (std::stoi(field(payload, "slot")) != enrollments[enrollment].slot) return violated("another slot", message);
    if (rest.find("/scans/") != std::string::npos) return onScan(message, enrollment);
    onResult(message, enrollment);
}

void ManualGateway::onScan(const Message& message, const std::string& enrollment) {
    Enrollment& known = enrollments[enrollment];
    if (known.state != "requested" && known.state != "scanning") return;  // it ended here, which the scanner could not know
    const int step = std::stoi(field(message.payload, "step"));
    const std::string status = field(message.payload, "status");
    known.state = "scanning";
    if (status == "waiting") known.waiting++;
    if (step != known.captured + 1) violated("a step out of order", message);
    if (status == "progress") known.captured = step;
}

void ManualGateway::onResult(const Message& message, const std::string& enrollment) {
    Enrollment& known = enrollments[enrollment];
    if (known.hasResult) violated("a second result", message);
    known.hasResult = true;
    if (known.state != "requested" && known.state != "scanning") return;
    const bool isSuccess = field(message.payload, "status") == "success";
    if (isSuccess && known.captured != known.scans) violated("a success without its steps", message);
    known.state = isSuccess ? "succeeded" : "failed";
    known.reason = field(message.payload, "reason");
    _unanswered.erase(known.command);
}

void ManualGateway::onAnswer(const Message& message) {
    const std::string id = field(message.payload, "command");
    const std::string said = field(message.payload, "ok") == "true" ? "ok" : field(message.payload, "reason");
    if (answers.count(id) != 0 && answers[id] != said) violated("two answers to one command", message);
    answers[id] = said;
    _unanswered.erase(id);
    for (auto& [enrollment, known] : enrollments) {
        if (known.command != id || said == "ok" || known.state != "requested") continue;
        known.state = "failed";
        known.reason = said;
    }
}

void ManualGateway::violated(const std::string& what, const Message& message) {
    violations.push_back(what + ": " + message.topic + " " + message.payload);
}

std::string ManualGateway::field(std::string_view payload, std::string_view name) {
    const std::string key = "\"" + std::string(name) + "\":";
    const size_t at = payload.find(key);
    if (at == std::string_view::npos) return "";
    std::string_view rest = payload.substr(at + key.size());
    const bool isText = rest[0] == '"';
    if (isText) rest.remove_prefix(1);
    return std::string(rest.substr(0, rest.find_first_of(isText ? "\"" : ",}")));
}
