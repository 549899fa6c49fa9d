#include "app/console.h"

#include <Arduino.h>
#include <esp_system.h>

using namespace scanner;

static const char kHelp[] =
    "status                    what it does now\n"
    "selftest                  sensor, Wi-Fi, gateway, broker: where it fails, in words\n"
    "wifi NAME PASSWORD        which network; a name with blanks in quotes\n"
    "gateway {...}             the code that the console shows\n"
    "certificate               the one to trust with tls: paste it, PEM, on the lines that follow\n"
    "sensor-password HEX       of a sensor that has one\n"
    "portal                    opens the set-up page for ten minutes\n"
    "forget                    erases what was set up; the outbox stays\n"
    "restart";

void Console::step() {
    while (Serial.available() > 0) {
        const char character = static_cast<char>(Serial.read());
        if (character == '\r') continue;
        if (character != '\n') {
            _line.push(character);
            continue;
        }
        if (_isPasting) {
            paste(_line.view());
        } else if (_line.overflowed()) {
            Serial.println("too long");
        } else if (!_line.empty()) {
            obey(_line.view());
        }
        _line.clear();
    }
}

void Console::obey(std::string_view line) {
    const size_t blank = line.find(' ');
    const std::string_view word = line.substr(0, blank);
    const std::string_view rest = blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
    if (word == "status") {
        _world.printStatus();
    } else if (word == "selftest") {
        selfTest();
    } else if (word == "wifi") {
        saveWifi(rest);
    } else if (word == "gateway") {
        const char* problem = _credentials.saveGateway(Bytes::of(rest));
        Serial.println(problem == nullptr ? "saved; restart to use it" : problem);
    } else if (word == "certificate") {
        _certificate.clear();
        _isPasting = true;
    } else if (word == "sensor-password") {
        saveSensorPassword(rest);
    } else if (word == "portal") {
        _world.openPortal();
    } else if (word == "forget") {
        Serial.println(_credentials.forget() ? "forgotten; restart to begin anew" : "the flash does not take it");
    } else if (word == "restart") {
        esp_restart();
    } else {
        Serial.println(kHelp);
    }
}

// Up to its last line; an empty one is second thoughts.
void Console::paste(std::string_view line) {
    _certificate.append(line).append("\n");
    const bool isLast = line == "-----END CERTIFICATE-----";
    _isPasting = !isLast && !line.empty();
    if (_isPasting) return;
    const char* problem = "not taken";
    if (isLast) problem = _certificate.overflowed() ? "it is longer than 2048 characters" : _credentials.saveCertificate(_certificate.view());
    Serial.println(problem == nullptr ? "saved; restart to use it" : problem);
}

void Console::saveWifi(std::string_view rest) {
    const bool isQuoted = !rest.empty() && rest[0] == '"';
    if (isQuoted) rest.remove_prefix(1);
    const size_t end = rest.find(isQuoted ? '"' : ' ');
    const std::string_view name = rest.substr(0, end);
    std::string_view password = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (isQuoted && !password.empty() && password[0] == ' ') password.remove_prefix(1);
    Serial.println(_credentials.saveWifi(name, password) ? "saved; restart to use it" : "a name of 1 to 32 characters, please, and a password of 64 at most");
}

void Console::saveSensorPassword(std::string_view rest) {
    const FixedText<8> hex(rest);
    char* end = nullptr;
    const uint32_t password = strtoul(hex.c_str(), &end, 16);
    const bool isGood = !hex.empty() && !hex.overflowed() && *end == 0 && _credentials.savePassword(password);
    Serial.println(isGood ? "saved; restart to use it" : "up to 8 hex digits, please");
}

void Console::selfTest() {
    const Findings findings = _world.findings();
    Serial.println(sensorSentence(findings).c_str());
    Serial.println(wifiSentence(findings).c_str());
    Serial.println(gatewaySentence(findings).c_str());
    Serial.println(brokerSentence(findings).c_str());
}
