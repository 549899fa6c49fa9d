#pragma once
#include <freertos/FreeRTOS.h>
#include <freertos/queue.h>
#include <mqtt_client.h>

#include <atomic>

#include "diagnosis/self_test.h"
#include "scanner.h"
#include "setup/provisioning.h"

// esp-mqtt below the core. Each connection is a client of its own: the one before takes its unacknowledged messages with
// it, and the core, whose outbox is in flash, offers them anew. Events come from the client's task, and wait in a queue
// for the loop.
class MqttPort {
public:
    explicit MqttPort(const scanner::Provisioning& settings) : _settings(settings) {}

    bool begin();
    void connect(const scanner::Publication& will);
    void close();
    void subscribe(const char* topic);
    void publish(const scanner::Publication& publication);

    // One event; its command is valid until the next call.
    bool take(scanner::Input& input);

    scanner::Findings::Gateway gateway() const { return _gateway; }
    scanner::Findings::Broker broker() const { return _broker; }

private:
    static constexpr size_t kMaxCommand = 1024;
    static constexpr size_t kQueued = 8;
    static constexpr size_t kPending = 8;
    // How long the task of a client that lost its line may sleep, and keep waiting whoever ends it: ten seconds unless told.
    static constexpr int kRest = 100;

    struct Event {
        scanner::Input::Kind kind;
        uint32_t connection;
        int messageId;
        uint16_t size;
        uint8_t payload[kMaxCommand];
    };

    struct Pending {
        int messageId;
        uint32_t number;
    };

    static void onEvent(void* self, esp_event_base_t base, int32_t id, void* data);
    void heard(int32_t id, const esp_mqtt_event_t& event);
    void collect(const esp_mqtt_event_t& event);
    void explain(const esp_mqtt_event_t& event);
    void post(scanner::Input::Kind kind, int messageId);
    esp_mqtt_client_config_t configuration();
    bool numberOf(int messageId, uint32_t& number);

    const scanner::Provisioning& _settings;
    esp_mqtt_client_handle_t _client = nullptr;
    QueueHandle_t _queue = nullptr;
    scanner::FixedText<136> _willTopic;
    scanner::FixedText<400> _will;
    uint32_t _connection = 0;
    Event _taken;
    Pending _pending[kPending] = {};
    size_t _nextPending = 0;

    // the connection whose loss found no place in the queue; written by the client's task, taken by the loop
    std::atomic<uint32_t> _lost{0};

    // written by the client's task alone
    Event _heard;
    bool _isExplained = false;
    volatile scanner::Findings::Gateway _gateway = scanner::Findings::Gateway::NotSetUp;
    volatile scanner::Findings::Broker _broker = scanner::Findings::Broker::NotTried;
};
