#include "esp32/updater.h"

#include <esp_system.h>
#include <esp_task_wdt.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <stdio.h>

#include "esp32/update_key.h"

using scanner::Manifest;
using scanner::Trial;

void Updater::begin(scanner::Millis now) {
    esp_ota_img_states_t state;
    const esp_partition_t* running = esp_ota_get_running_partition();
    if (esp_ota_get_state_partition(running, &state) == ESP_OK && state == ESP_OTA_IMG_PENDING_VERIFY) _trial.begin(now);
}

void Updater::judge(scanner::Millis now, bool isSensorUp, bool isMqttUp) {
    switch (_trial.judge(now, isSensorUp, isMqttUp)) {
        case Trial::Verdict::Good:
            if (esp_ota_mark_app_valid_cancel_rollback() == ESP_OK) _trial.end();
            printf("update: this firmware is good\n");
            break;
        case Trial::Verdict::GoBack:
            printf("update: sensor or gateway did not come up; going back to the firmware before\n");
            esp_ota_mark_app_invalid_rollback_and_reboot();
            break;
        case Trial::Verdict::None: break;
    }
}

bool Updater::look(scanner::Millis now) {
    // Without a key nobody can sign: then there are no updates over the air.
    if (now < _nextLook || _trial.isOn() || sizeof kUpdateKey <= 1) return false;
    _nextLook = now + kInterval;
    if (_gateway.isTls && esp_get_free_heap_size() < kRoomForTls) {
        printf("update: not looked for, too little memory for a second TLS line\n");
        return false;
    }
    static Manifest manifest;
    size_t size;
    if (!readManifestText(size)) return false;
    const char* problem = readManifest({reinterpret_cast<const uint8_t*>(_text), size}, manifest);
    if (problem == nullptr && !isNewer(manifest, FIRMWARE_COUNTER)) return false;
    if (problem == nullptr && !isSigned(manifest)) problem = "its signature is not of the key that this firmware trusts";
    if (problem != nullptr) {
        printf("update: refused, %s\n", problem);
        return false;
    }
    return install(manifest);
}

esp_http_client_handle_t Updater::open(const char* file) {
    scanner::FixedText<200> url(_gateway.isTls ? "https://" : "http://");
    url.append(_gateway.gateway.view()).append(":").append(static_cast<uint64_t>(_gateway.http)).append("/firmware/").append(file);
    esp_http_client_config_t config = {};
    config.url = url.c_str();
    config.timeout_ms = 5000;
    // Sent at once, without waiting to be asked: the offer is for this scanner alone.
    config.username = _gateway.device.c_str();
    config.password = _gateway.secret.c_str();
    config.auth_type = HTTP_AUTH_TYPE_BASIC;
    config.cert_pem = _gateway.isTls ? _gateway.ca.c_str() : nullptr;
    esp_http_client_handle_t client = esp_http_client_init(&config);
    if (client == nullptr) return nullptr;
    if (esp_http_client_open(client, 0) == ESP_OK && esp_http_client_fetch_headers(client) >= 0 && esp_http_client_get_status_code(client) == 200) {
        return client;
    }
    esp_http_client_cleanup(client);
    return nullptr;
}

bool Updater::readManifestText(size_t& size) {
    esp_http_client_handle_t client = open("manifest.json");
    if (client == nullptr) return false;
    const int count = esp_http_client_read(client, _text, sizeof _text);
    esp_http_client_cleanup(client);
    size = count > 0 ? static_cast<size_t>(count) : 0;
    return count > 0;
}

bool Updater::isSigned(const Manifest& manifest) const {
    const scanner::FixedText<256> text = signedText(manifest);
    uint8_t hash[32];
    const mbedtls_md_info_t* sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
    mbedtls_pk_context key;
    mbedtls_pk_init(&key);
    const bool isGood =
        mbedtls_md(sha256, reinterpret_cast<const uint8_t*>(text.c_str()), text.size(), hash) == 0 &&
        mbedtls_pk_parse_public_key(&key, reinterpret_cast<const uint8_t*>(kUpdateKey), sizeof kUpdateKey) == 0 &&
        mbedtls_pk_verify(&key, MBEDTLS_MD_SHA256, hash, sizeof hash, manifest.signature, manifest.signatureSize) == 0;
    mbedtls_pk_free(&key);
    return isGood;
}

bool Updater::install(const Manifest& manifest) {
    const esp_partition_t* target = esp_ota_get_next_update_partition(nullptr);
    esp_http_client_handle_t client = target == nullptr ? nullptr : open(manifest.file.c_str());
    if (client == nullptr) return false;
    printf("update: taking %s\n", manifest.version.c_str());
    esp_ota_handle_t ota = 0;
    bool isGood = esp_ota_begin(target, OTA_WITH_SEQUENTIAL_WRITES, &ota) == ESP_OK;
    if (isGood) {
        isGood = receive(client, ota, manifest);
        if (isGood) {
            isGood = esp_ota_end(ota) == ESP_OK && esp_ota_set_boot_partition(target) == ESP_OK;
        } else {
            esp_ota_abort(ota);
        }
    }
    esp_http_client_cleanup(client);
    printf("update: %s\n", isGood ? "in place" : "refused, the image is not what the manifest says");
    return isGood;
}

bool Updater::receive(esp_http_client_handle_t client, esp_ota_handle_t ota, const Manifest& manifest) {
    mbedtls_md_context_t hash;
    mbedtls_md_init(&hash);
    bool isGood = mbedtls_md_setup(&hash, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 0) == 0 && mbedtls_md_starts(&hash) == 0;
    uint32_t left = manifest.size;
    while (isGood && left > 0) {
        const int count = esp_http_client_read(client, _text, left < sizeof _text ? static_cast<int>(left) : static_cast<int>(sizeof _text));
        isGood = count > 0 && mbedtls_md_update(&hash, reinterpret_cast<const uint8_t*>(_text), static_cast<size_t>(count)) == 0 &&
                 esp_ota_write(ota, _text, static_cast<size_t>(count)) == ESP_OK;
        left -= isGood ? static_cast<uint32_t>(count) : 0;
        esp_task_wdt_reset();
    }
    uint8_t got[32];
    isGood = isGood && mbedtls_md_finish(&hash, got) == 0 && memcmp(got, manifest.sha256, sizeof got) == 0;
    mbedtls_md_free(&hash);
    return isGood;
}
