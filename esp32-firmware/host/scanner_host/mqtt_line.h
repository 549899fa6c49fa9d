#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "diagnosis/self_test.h"
#include "scanner.h"

struct mosquitto;

// libmosquitto in the place of the ESP32's MQTT client, without a thread: a persistent session over MQTT 3.1.1, whose
// events are handed out one by one.
class MqttLine {
public:
    struct Event {
        scanner::Input::Kind kind;
        std::string payload;
        uint32_t number = 0;
    };

    MqttLine(std::string host, int port, const std::string& device, const std::string& secret);
    ~MqttLine();
    MqttLine(const MqttLine&) = delete;
    MqttLine& operator=(const MqttLine&) = delete;

    void connect(const scanner::Publication& will);
    void close();
    // As when the Wi-Fi is gone: no goodbye.
    void cut();
    void subscribe(const std::string& topic);
    void publish(const scanner::Publication& publication);

    // For the self-test: how far the last attempt came.
    scanner::Findings::Gateway gateway() const { return _gateway; }
    scanner::Findings::Broker broker() const { return _broker; }

    int descriptor() const;
    bool wantsWrite() const;
    void pump();
    bool take(Event& event);

private:
    static void onConnect(mosquitto*, void* self, int code);
    static void onDisconnect(mosquitto*, void* self, int reason);
    static void onMessage(mosquitto*, void* self, const struct mosquitto_message* message);
    static void onPublish(mosquitto*, void* self, int id);
    void lost();

    std::string _host;
    int _port;
    mosquitto* _client;
    bool _isOpen = false;
    bool _isAnswered = false;
    scanner::Findings::Gateway _gateway = scanner::Findings::Gateway::NotSetUp;
    scanner::Findings::Broker _broker = scanner::Findings::Broker::NotTried;
    std::map<int, uint32_t> _numbers;
    std::deque<Event> _events;
};
