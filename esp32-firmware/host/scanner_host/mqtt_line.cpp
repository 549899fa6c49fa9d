#include "scanner_host/mqtt_line.h"

#include <mosquitto.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

using scanner::Findings;
using scanner::Input;

MqttLine::MqttLine(std::string host, int port, const std::string& device, const std::string& secret)
    : _host(std::move(host)), _port(port) {
    mosquitto_lib_init();
    _client = mosquitto_new(device.c_str(), false, this);
    if (_client == nullptr) throw std::runtime_error("libmosquitto does not start");
    mosquitto_int_option(_client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
    if (!secret.empty()) mosquitto_username_pw_set(_client, device.c_str(), secret.c_str());
    mosquitto_connect_callback_set(_client, onConnect);
    mosquitto_disconnect_callback_set(_client, onDisconnect);
    mosquitto_message_callback_set(_client, onMessage);
    mosquitto_publish_callback_set(_client, onPublish);
}

MqttLine::~MqttLine() {
    mosquitto_destroy(_client);
    mosquitto_lib_cleanup();
}

static Findings::Gateway reached(int result, int error) {
    if (result == MOSQ_ERR_SUCCESS) return Findings::Gateway::Reachable;
    if (result == MOSQ_ERR_EAI) return Findings::Gateway::NameUnknown;
    return error == ECONNREFUSED ? Findings::Gateway::Refused : Findings::Gateway::NoAnswer;
}

void MqttLine::connect(const scanner::Publication& will) {
    const std::string topic(will.topic);
    mosquitto_will_clear(_client);
    mosquitto_will_set(_client, topic.c_str(), static_cast<int>(will.payload.size()), will.payload.data(), will.qos, will.isRetained);
    _isOpen = true;
    const int result = mosquitto_connect(_client, _host.c_str(), _port, 15);
    _gateway = reached(result, errno);
    if (result != MOSQ_ERR_SUCCESS) lost();
}

void MqttLine::close() {
    _isOpen = false;
    _events.clear();
    if (descriptor() >= 0) cut();
}

void MqttLine::cut() {
    if (descriptor() >= 0) shutdown(descriptor(), SHUT_RDWR);
}

void MqttLine::subscribe(const std::string& topic) { mosquitto_subscribe(_client, nullptr, topic.c_str(), 1); }

void MqttLine::publish(const scanner::Publication& publication) {
    const std::string topic(publication.topic);
    int id = 0;
    const int result = mosquitto_publish(_client, &id, topic.c_str(), static_cast<int>(publication.payload.size()),
                                         publication.payload.data(), publication.qos, publication.isRetained);
    // Kept by the library although the line broke, like the ESP32's: it may be sent again later, under the same id.
    if (publication.number != 0 && result != MOSQ_ERR_INVAL && result != MOSQ_ERR_NOMEM) _numbers[id] = publication.number;
}

int MqttLine::descriptor() const { return mosquitto_socket(_client); }

bool MqttLine::wantsWrite() const { return mosquitto_want_write(_client); }

void MqttLine::pump() {
    if (descriptor() < 0) return;
    const bool isGood = mosquitto_loop_read(_client, 16) == MOSQ_ERR_SUCCESS && mosquitto_loop_write(_client, 16) == MOSQ_ERR_SUCCESS &&
                        mosquitto_loop_misc(_client) == MOSQ_ERR_SUCCESS;
    if (!isGood) lost();
}

bool MqttLine::take(Event& event) {
    if (_events.empty()) return false;
    event = _events.front();
    _events.pop_front();
    return true;
}

void MqttLine::onConnect(mosquitto*, void* self, int code) {
    auto* line = static_cast<MqttLine*>(self);
    line->_isAnswered = true;
    if (code == 0) {
        line->_broker = Findings::Broker::Connected;
        line->_events.push_back({Input::Kind::MqttUp, "", 0});
        return;
    }
    // 3: it cannot now; 2, 4 and 5: not this scanner
    line->_broker = code == 3 ? Findings::Broker::Busy : Findings::Broker::SecretWrong;
    fprintf(stderr, "refused by the broker: %s\n", mosquitto_connack_string(code));
    line->lost();
}

void MqttLine::onDisconnect(mosquitto*, void* self, int) { static_cast<MqttLine*>(self)->lost(); }

void MqttLine::onMessage(mosquitto*, void* self, const mosquitto_message* message) {
    const auto* payload = static_cast<const char*>(message->payload);
    static_cast<MqttLine*>(self)->_events.push_back(
        {Input::Kind::Command, std::string(payload, static_cast<size_t>(message->payloadlen)), 0});
}

void MqttLine::onPublish(mosquitto*, void* self, int id) {
    auto* line = static_cast<MqttLine*>(self);
    const auto known = line->_numbers.find(id);
    if (known == line->_numbers.end()) return;
    line->_events.push_back({Input::Kind::Published, "", known->second});
    line->_numbers.erase(known);
}

// Once per connection, however many ways it is noticed.
void MqttLine::lost() {
    if (!std::exchange(_isOpen, false)) return;
    if (!std::exchange(_isAnswered, false)) _broker = Findings::Broker::NoAnswer;
    _events.push_back({Input::Kind::MqttDown, "", 0});
}
