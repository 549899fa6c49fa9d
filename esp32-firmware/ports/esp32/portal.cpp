#include "esp32/portal.h"

#include <WiFi.h>

#include "esp32/entropy.h"

static const char kPage[] =
    "<!doctype html><meta name=viewport content='width=device-width'><title>Scanner</title>"
    "<style>body{font:1.1em sans-serif;max-width:30em;margin:2em auto;padding:0 1em}input,textarea{width:100%%;font:inherit;margin:.2em 0 1em}</style>"
    "<h1>Set up this scanner</h1><p><b>%s</b></p><form method=post action=/save><input type=hidden name=token value='%s'>"
    "<label>Wi-Fi<input name=wifi maxlength=32></label><label>Its password<input name=password type=password maxlength=64></label>"
    "<label>The code that the console shows<textarea name=gateway rows=6></textarea></label>"
    "<label>With TLS: the certificate to trust, PEM<textarea name=certificate rows=3></textarea></label><button>Save</button></form>";

void Portal::open(scanner::Millis now) {
    if (_isOpen) return;
    _isOpen = true;
    _savedAt = 0;
    _closesAt = now + kOpenFor;
    // A page elsewhere that a phone has open must not be able to post here.
    snprintf(_token, sizeof _token, "%08x%08x", static_cast<unsigned>(esp_random()), static_cast<unsigned>(esp_random()));
    const String mac = WiFi.macAddress();
    const String name = "scanner-" + mac.substring(12, 14) + mac.substring(15, 17);
    WiFi.mode(WIFI_AP_STA);
    WiFi.softAP(name.c_str(), _credentials.portalPassword.c_str());
    _names.start(53, "*", WiFi.softAPIP());
    _server.on("/save", HTTP_POST, [this] { save(); });
    _server.onNotFound([this] { show(""); });
    _server.begin();
    printf("portal: join the Wi-Fi %s, password %s, and open http://192.168.4.1/\n", name.c_str(), _credentials.portalPassword.c_str());
}

bool Portal::step(scanner::Millis now) {
    if (!_isOpen) return false;
    _names.processNextRequest();
    _server.handleClient();
    if (_savedAt != 0 && now >= _savedAt + 2000) return true;
    if (_savedAt == 0 && now >= _closesAt) close();
    if (_savedAt == 1) _savedAt = now;
    return false;
}

void Portal::close() {
    if (!_isOpen) return;
    _isOpen = false;
    _server.stop();
    _names.stop();
    WiFi.softAPdisconnect(true);
    WiFi.mode(WIFI_STA);
    printf("portal: closed\n");
}

// Nothing that was typed in or is stored is ever shown.
void Portal::show(const char* message) {
    static char page[1500];
    snprintf(page, sizeof page, kPage, message, _token);
    _server.sendHeader("Cache-Control", "no-store");
    _server.send(200, "text/html; charset=utf-8", page);
}

void Portal::save() {
    if (_server.arg("token") != _token) {
        show("Open this page anew, please.");
        return;
    }
    const String wifi = _server.arg("wifi");
    const String password = _server.arg("password");
    const String gateway = _server.arg("gateway");
    const String certificate = _server.arg("certificate");
    if (certificate.length() > 0) {
        const char* problem = _credentials.saveCertificate({certificate.c_str(), certificate.length()});
        if (problem != nullptr) {
            show(problem);
            return;
        }
    }
    if (gateway.length() > 0) {
        const char* problem = _credentials.saveGateway({reinterpret_cast<const uint8_t*>(gateway.c_str()), gateway.length()});
        if (problem != nullptr) {
            show(problem);
            return;
        }
    }
    if (wifi.length() > 0 && !_credentials.saveWifi({wifi.c_str(), wifi.length()}, {password.c_str(), password.length()})) {
        show("The Wi-Fi's name or password is too long.");
        return;
    }
    show("Saved. The scanner starts anew.");
    _savedAt = 1;
}
