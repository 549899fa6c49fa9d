#pragma once
#include <esp_http_client.h>
#include <esp_ota_ops.h>

#include "base/clock.h"
#include "setup/provisioning.h"
#include "update/manifest.h"
#include "update/trial.h"

// Takes a new firmware from the gateway: its manifest, the signature over it, the image while its hash is reckoned.
// A new image is on trial until sensor and MQTT have come up; if they do not, the board goes back to the one before.
class Updater {
public:
    explicit Updater(const scanner::Provisioning& gateway) : _gateway(gateway) {}

    void begin(scanner::Millis now);

    // To be called in a quiet moment. True when a new image is in place and the board should restart.
    bool look(scanner::Millis now);

    // On trial: good once both have come up; back to the image before when that takes too long.
    void judge(scanner::Millis now, bool isSensorUp, bool isMqttUp);

private:
    static constexpr scanner::Millis kFirstLook = 60'000;
    static constexpr scanner::Millis kInterval = 60 * 60'000;
    // Of heap, for a second TLS line beside that of MQTT: 42 KB by Espressif's figures, and some for the rest.
    static constexpr uint32_t kRoomForTls = 60'000;

    esp_http_client_handle_t open(const char* file);
    bool readManifestText(size_t& size);
    bool isSigned(const scanner::Manifest& manifest) const;
    bool install(const scanner::Manifest& manifest);
    bool receive(esp_http_client_handle_t client, esp_ota_handle_t ota, const scanner::Manifest& manifest);

    const scanner::Provisioning& _gateway;
    scanner::Millis _nextLook = kFirstLook;
    scanner::Trial _trial;
    char _text[1024];
};
