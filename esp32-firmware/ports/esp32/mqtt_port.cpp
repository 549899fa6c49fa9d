#include "esp32/mqtt_port.h"

#include <errno.h>
#include <esp_idf_version.h>
#include <esp_tls.h>

#include <string>

using scanner::Findings;
using scanner::Input;

bool MqttPort::begin() {
    _queue = xQueueCreate(kQueued, sizeof(Event));
    return _queue != nullptr;
}

void MqttPort::connect(const scanner::Publication& will) {
    close();
    _willTopic.assign(will.topic);
    _will.assign(will.payload);
    _connection++;
    const esp_mqtt_client_config_t config = configuration();
    _client = esp_mqtt_client_init(&config);
    const bool isStarted = _client != nullptr &&
                           esp_mqtt_client_register_event(_client, MQTT_EVENT_ANY, &MqttPort::onEvent, this) == ESP_OK &&
                           esp_mqtt_client_start(_client) == ESP_OK;
    if (!isStarted) post(Input::Kind::MqttDown, 0);
}

// IDF 5 has the same fields in nested structs: this is the only place that knows.
esp_mqtt_client_config_t MqttPort::configuration() {
    esp_mqtt_client_config_t config = {};
    const char* ca = _settings.isTls ? _settings.ca.c_str() : nullptr;
#if ESP_IDF_VERSION_MAJOR < 5
    config.host = _settings.gateway.c_str();
    config.port = _settings.port;
    config.transport = _settings.isTls ? MQTT_TRANSPORT_OVER_SSL : MQTT_TRANSPORT_OVER_TCP;
    config.cert_pem = ca;
    config.client_id = _settings.device.c_str();
    config.username = _settings.device.c_str();
    config.password = _settings.secret.c_str();
    config.lwt_topic = _willTopic.c_str();
    config.lwt_msg = _will.c_str();
    config.lwt_msg_len = static_cast<int>(_will.size());
    config.lwt_qos = 1;
    config.lwt_retain = 1;
    config.disable_clean_session = 1;
    config.keepalive = 20;
    config.disable_auto_reconnect = true;
    config.protocol_ver = MQTT_PROTOCOL_V_3_1_1;
    config.reconnect_timeout_ms = kRest;
    config.network_timeout_ms = 5000;
    config.buffer_size = 2048;
    config.out_buffer_size = 1536;
#else
    config.broker.address.hostname = _settings.gateway.c_str();
    config.broker.address.port = _settings.port;
    config.broker.address.transport = _settings.isTls ? MQTT_TRANSPORT_OVER_SSL : MQTT_TRANSPORT_OVER_TCP;
    config.broker.verification.certificate = ca;
    config.credentials.client_id = _settings.device.c_str();
    config.credentials.username = _settings.device.c_str();
    config.credentials.authentication.password = _settings.secret.c_str();
    config.session.last_will.topic = _willTopic.c_str();
    config.session.last_will.msg = _will.c_str();
    config.session.last_will.msg_len = static_cast<int>(_will.size());
    config.session.last_will.qos = 1;
    config.session.last_will.retain = 1;
    config.session.disable_clean_session = true;
    config.session.keepalive = 20;
    config.session.protocol_ver = MQTT_PROTOCOL_V_3_1_1;
    config.network.disable_auto_reconnect = true;
    config.network.reconnect_timeout_ms = kRest;
    config.network.timeout_ms = 5000;
    config.buffer.size = 2048;
    config.buffer.out_size = 1536;
#endif
    return config;
}

void MqttPort::close() {
    if (_client == nullptr) return;
    esp_mqtt_client_destroy(_client);
    _client = nullptr;
    for (Pending& pending : _pending) pending = {};
}

void MqttPort::subscribe(const char* topic) {
    // Refused only where the line is gone already, which is told by an event.
    if (_client != nullptr) esp_mqtt_client_subscribe(_client, topic, 1);
}

// enqueue, not publish: that one may answer -1 and send the message all the same.
void MqttPort::publish(const scanner::Publication& publication) {
    if (_client == nullptr) return;
    const std::string topic(publication.topic);
    const int id = esp_mqtt_client_enqueue(_client, topic.c_str(), publication.payload.data(), static_cast<int>(publication.payload.size()),
                                           publication.qos, publication.isRetained ? 1 : 0, true);
    if (id <= 0 || publication.number == 0) return;
    _pending[_nextPending] = {id, publication.number};
    _nextPending = (_nextPending + 1) % kPending;
    // The client's task looks at its queue once a second, or when the broker says something. UNSUBACK it says at once, and always.
    esp_mqtt_client_unsubscribe(_client, topic.c_str());
}

bool MqttPort::take(Input& input) {
    while (xQueueReceive(_queue, &_taken, 0) == pdTRUE) {
        // Left over from a connection that is closed.
        if (_taken.connection != _connection) continue;
        input = Input::of(_taken.kind);
        if (_taken.kind == Input::Kind::Command) input.bytes = {_taken.payload, _taken.size};
        if (_taken.kind == Input::Kind::Published && !numberOf(_taken.messageId, input.number)) continue;
        return true;
    }
    if (_lost.exchange(0) != _connection || _connection == 0) return false;
    input = Input::of(Input::Kind::MqttDown);
    return true;
}

bool MqttPort::numberOf(int messageId, uint32_t& number) {
    for (Pending& pending : _pending) {
        if (pending.messageId != messageId || pending.number == 0) continue;
        number = pending.number;
        pending = {};
        return true;
    }
    return false;
}

void MqttPort::onEvent(void* self, esp_event_base_t, int32_t id, void* data) {
    static_cast<MqttPort*>(self)->heard(id, *static_cast<esp_mqtt_event_handle_t>(data));
}

void MqttPort::heard(int32_t id, const esp_mqtt_event_t& event) {
    switch (static_cast<esp_mqtt_event_id_t>(id)) {
        case MQTT_EVENT_BEFORE_CONNECT: _isExplained = false; break;
        case MQTT_EVENT_CONNECTED:
            _isExplained = true;
            _gateway = Findings::Gateway::Reachable;
            _broker = Findings::Broker::Connected;
            post(Input::Kind::MqttUp, 0);
            break;
        case MQTT_EVENT_DISCONNECTED:
            // The line stood, and nobody at its other end spoke MQTT: of everything else an error is told first.
            if (!_isExplained) {
                _gateway = Findings::Gateway::Reachable;
                _broker = Findings::Broker::NoAnswer;
            }
            post(Input::Kind::MqttDown, 0);
            break;
        case MQTT_EVENT_PUBLISHED: post(Input::Kind::Published, event.msg_id); break;
        case MQTT_EVENT_DATA: collect(event); break;
        case MQTT_EVENT_ERROR: explain(event); break;
        default: break;
    }
}

// A long command comes in pieces. One that does not fit is none of the contract's, and is passed over.
void MqttPort::collect(const esp_mqtt_event_t& event) {
    const size_t offset = static_cast<size_t>(event.current_data_offset);
    const size_t size = static_cast<size_t>(event.data_len);
    if (event.total_data_len > static_cast<int>(kMaxCommand) || offset + size > kMaxCommand) return;
    memcpy(_heard.payload + offset, event.data, size);
    if (offset + size < static_cast<size_t>(event.total_data_len)) return;
    _heard.size = static_cast<uint16_t>(event.total_data_len);
    post(Input::Kind::Command, 0);
}

void MqttPort::explain(const esp_mqtt_event_t& event) {
    if (event.error_handle == nullptr) return;
    _isExplained = true;
    const esp_mqtt_error_codes_t& error = *event.error_handle;
    if (error.error_type == MQTT_ERROR_TYPE_CONNECTION_REFUSED) {
        _gateway = Findings::Gateway::Reachable;
        const bool isSecret = error.connect_return_code == MQTT_CONNECTION_REFUSE_BAD_USERNAME ||
                              error.connect_return_code == MQTT_CONNECTION_REFUSE_NOT_AUTHORIZED ||
                              error.connect_return_code == MQTT_CONNECTION_REFUSE_ID_REJECTED;
        _broker = isSecret ? Findings::Broker::SecretWrong : Findings::Broker::Busy;
    } else if (error.esp_tls_cert_verify_flags != 0) {
        _gateway = Findings::Gateway::CertificateWrong;
    } else if (error.esp_tls_last_esp_err == ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME) {
        _gateway = Findings::Gateway::NameUnknown;
    } else {
        _gateway = error.esp_transport_sock_errno == ECONNREFUSED ? Findings::Gateway::Refused : Findings::Gateway::NoAnswer;
    }
}

// The gateway says a command again that got lost here; a PUBACK that got lost costs a message sent twice. That the line is gone nobody
// says again, so it needs no place in the queue.
void MqttPort::post(Input::Kind kind, int messageId) {
    static Event event;
    event.kind = kind;
    event.connection = _connection;
    event.messageId = messageId;
    event.size = kind == Input::Kind::Command ? _heard.size : 0;
    if (event.size > 0) memcpy(event.payload, _heard.payload, event.size);
    if (xQueueSend(_queue, &event, pdMS_TO_TICKS(500)) != pdTRUE && kind == Input::Kind::MqttDown) _lost = _connection;
}
