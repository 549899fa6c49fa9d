#include "esp32/credentials.h"

#include <nvs.h>
#include <nvs_flash.h>

#include "esp32/entropy.h"

static const char kPartition[] = "setup";
static const char kSpace[] = "scanner";

// The longest value is the gateway's code with its certificate.
static char s_room[2600];

template <size_t N>
static void loadText(nvs_handle_t handle, const char* key, scanner::FixedText<N>& to) {
    size_t size = sizeof s_room;
    to.clear();
    if (nvs_get_str(handle, key, s_room, &size) == ESP_OK) to.append(s_room);
}

bool Credentials::begin() {
    esp_err_t result = nvs_flash_init_partition(kPartition);
    if (result == ESP_ERR_NVS_NO_FREE_PAGES || result == ESP_ERR_NVS_NEW_VERSION_FOUND) {
        // Only ever after another firmware's layout: ours does not fill it.
        if (nvs_flash_erase_partition(kPartition) != ESP_OK) return false;
        result = nvs_flash_init_partition(kPartition);
    }
    nvs_handle_t handle;
    if (result != ESP_OK || nvs_open_from_partition(kPartition, kSpace, NVS_READWRITE, &handle) != ESP_OK) return false;
    loadText(handle, "wifi", wifiName);
    loadText(handle, "wifi-password", wifiPassword);
    loadText(handle, "portal", portalPassword);
    loadText(handle, "certificate", certificate);
    size_t size = sizeof s_room;
    if (nvs_get_str(handle, "gateway", s_room, &size) == ESP_OK && size > 0) {
        if (scanner::readProvisioning({reinterpret_cast<const uint8_t*>(s_room), size - 1}, gateway, certificate.view()) != nullptr) gateway = {};
    }
    nvs_get_u32(handle, "sensor-pass", &sensorPassword);
    nvs_close(handle);
    if (portalPassword.empty()) makePortalPassword();
    return true;
}

bool Credentials::saveWifi(std::string_view name, std::string_view password) {
    if (name.empty() || name.size() > 32 || password.size() > 64) return false;
    wifiName.assign(name);
    wifiPassword.assign(password);
    return saveText("wifi", wifiName.c_str()) && saveText("wifi-password", wifiPassword.c_str());
}

const char* Credentials::saveGateway(scanner::Bytes json) {
    // Read first: what is wrong changes nothing.
    static scanner::Provisioning read;
    if (json.size >= sizeof s_room) return "it is too long";
    if (const char* problem = scanner::readProvisioning(json, read, certificate.view())) return problem;
    memcpy(s_room, json.data, json.size);
    s_room[json.size] = 0;
    if (!saveText("gateway", s_room)) return "the flash does not take it";
    gateway = read;
    return nullptr;
}

const char* Credentials::saveCertificate(std::string_view pem) {
    if (!scanner::isCertificate(pem)) return "this is no certificate in PEM, from -----BEGIN CERTIFICATE----- to its END";
    static scanner::Certificate read;
    read.assign(pem);
    if (read.overflowed()) return "it is longer than 2048 characters";
    if (!saveText("certificate", read.c_str())) return "the flash does not take it";
    certificate = read;
    return nullptr;
}

bool Credentials::savePassword(uint32_t password) {
    nvs_handle_t handle;
    if (nvs_open_from_partition(kPartition, kSpace, NVS_READWRITE, &handle) != ESP_OK) return false;
    const bool isSaved = nvs_set_u32(handle, "sensor-pass", password) == ESP_OK && nvs_commit(handle) == ESP_OK;
    nvs_close(handle);
    if (isSaved) sensorPassword = password;
    return isSaved;
}

bool Credentials::forget() {
    nvs_handle_t handle;
    if (nvs_open_from_partition(kPartition, kSpace, NVS_READWRITE, &handle) != ESP_OK) return false;
    const bool isGone = nvs_erase_all(handle) == ESP_OK && nvs_commit(handle) == ESP_OK;
    nvs_close(handle);
    return isGone;
}

bool Credentials::saveText(const char* key, const char* text) {
    nvs_handle_t handle;
    if (nvs_open_from_partition(kPartition, kSpace, NVS_READWRITE, &handle) != ESP_OK) return false;
    const bool isSaved = nvs_set_str(handle, key, text) == ESP_OK && nvs_commit(handle) == ESP_OK;
    nvs_close(handle);
    return isSaved;
}

void Credentials::makePortalPassword() {
    static const char kLetters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    portalPassword.clear();
    for (int i = 0; i < 12; i++) portalPassword.push(kLetters[esp_random() % (sizeof kLetters - 1)]);
    saveText("portal", portalPassword.c_str());
}
