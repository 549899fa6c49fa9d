#pragma once
#include <DNSServer.h>
#include <WebServer.h>

#include "base/clock.h"
#include "esp32/credentials.h"

// The set-up page on an access point of the board's own: WPA2 with a password of this board's, open for ten minutes, on
// demand only. The station goes on trying meanwhile.
class Portal {
public:
    explicit Portal(Credentials& credentials) : _credentials(credentials), _server(80) {}

    void open(scanner::Millis now);
    // True once something was saved and the board should start anew.
    bool step(scanner::Millis now);
    void close();
    bool isOpen() const { return _isOpen; }

private:
    static constexpr scanner::Millis kOpenFor = 10 * 60'000;

    void show(const char* message);
    void save();

    Credentials& _credentials;
    WebServer _server;
    DNSServer _names;
    scanner::Millis _closesAt = 0;
    scanner::Millis _savedAt = 0;
    char _token[17] = {};
    bool _isOpen = false;
};
