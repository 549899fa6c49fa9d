#include "esp32/wifi_port.h"

#include <WiFi.h>

using scanner::Findings;
using scanner::Input;

static Findings::Wifi findingOf(uint8_t reason) {
    switch (reason) {
        case WIFI_REASON_NO_AP_FOUND: return Findings::Wifi::NotFound;
        case WIFI_REASON_AUTH_FAIL:
        case WIFI_REASON_HANDSHAKE_TIMEOUT:
        case WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT: return Findings::Wifi::WrongPassword;
        default: return Findings::Wifi::NotFound;
    }
}

void WifiPort::begin() {
    WiFi.persistent(false);
    WiFi.setAutoReconnect(false);
    WiFi.mode(WIFI_STA);
    // A scan that is acknowledged late is shown late: latency counts more than power here.
    WiFi.setSleep(false);
    // The default takes the first access point that it finds, and stays with it however weak it gets.
    WiFi.setScanMethod(WIFI_ALL_CHANNEL_SCAN);
    WiFi.setSortMethod(WIFI_CONNECT_AP_BY_SIGNAL);
    WiFi.onEvent([this](WiFiEvent_t event, WiFiEventInfo_t info) {
        switch (event) {
            case ARDUINO_EVENT_WIFI_STA_CONNECTED: _finding = Findings::Wifi::NoAddress; break;
            case ARDUINO_EVENT_WIFI_STA_GOT_IP:
                _finding = Findings::Wifi::Up;
                _isUp = true;
                break;
            case ARDUINO_EVENT_WIFI_STA_LOST_IP:
            case ARDUINO_EVENT_WIFI_STA_DISCONNECTED:
                if (event == ARDUINO_EVENT_WIFI_STA_DISCONNECTED) _finding = findingOf(info.wifi_sta_disconnected.reason);
                _isUp = false;
                _wasLost = true;
                break;
            default: break;
        }
    });
}

void WifiPort::join() {
    if (!_credentials.hasWifi()) return;
    WiFi.disconnect();
    // What that disconnect tells is not a loss.
    _wasLost = false;
    WiFi.begin(_credentials.wifiName.c_str(), _credentials.wifiPassword.c_str());
}

bool WifiPort::take(Input& input) {
    // A line that was lost and is back between two looks has lost its connections all the same.
    if (_isUpTold && _wasLost.exchange(false)) {
        _isUpTold = false;
        input = Input::of(Input::Kind::WifiDown);
        return true;
    }
    if (_isUpTold || !_isUp) return false;
    _isUpTold = true;
    _wasLost = false;
    input = Input::of(Input::Kind::WifiUp);
    input.rssi = rssi();
    return true;
}

int WifiPort::rssi() const { return _isUp ? WiFi.RSSI() : 0; }
