#pragma once
#include <atomic>

#include "diagnosis/self_test.h"
#include "esp32/credentials.h"
#include "scanner.h"

// The station. When to try is the core's business: this one joins the strongest access point of the name, and tells.
class WifiPort {
public:
    explicit WifiPort(const Credentials& credentials) : _credentials(credentials) {}

    void begin();
    void join();
    // One event.
    bool take(scanner::Input& input);
    int rssi() const;
    scanner::Findings::Wifi finding() const { return _finding; }

private:
    const Credentials& _credentials;
    // written by the task of Wi-Fi events
    std::atomic<bool> _isUp{false};
    std::atomic<bool> _wasLost{false};
    std::atomic<scanner::Findings::Wifi> _finding{scanner::Findings::Wifi::NotSetUp};
    // owned by the loop
    bool _isUpTold = false;
};
