#pragma once
#include "WiFi.h"

class DNSServer {
public:
    DNSServer();
    void processNextRequest();
    bool start(const uint16_t& port, const String& domainName, const IPAddress& resolvedIP);
    void stop();
};
