#pragma once
#include "setup/provisioning.h"

// What a person has set up, in the partition `setup`, which nobody else erases.
class Credentials {
public:
    bool begin();

    bool hasWifi() const { return !wifiName.empty(); }
    bool hasGateway() const { return !gateway.gateway.empty(); }

    bool saveWifi(std::string_view name, std::string_view password);
    // Null when it is saved; else what is wrong.
    const char* saveGateway(scanner::Bytes json);
    // Null when it is saved. It is used by the next code that says tls and brings none of its own, and by the present one after a restart.
    const char* saveCertificate(std::string_view pem);
    bool savePassword(uint32_t sensorPassword);
    bool forget();

    scanner::FixedText<32> wifiName;
    scanner::FixedText<64> wifiPassword;
    scanner::Provisioning gateway;
    scanner::Certificate certificate;
    uint32_t sensorPassword = 0;
    // Of this board's portal; made at random once, and told on the serial line only.
    scanner::FixedText<16> portalPassword;

private:
    bool saveText(const char* key, const char* text);
    void makePortalPassword();
};
