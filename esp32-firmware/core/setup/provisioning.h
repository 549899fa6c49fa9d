#pragma once
#include "base/bytes.h"
#include "base/fixed_text.h"

namespace scanner {

using Certificate = FixedText<2048>;

// Whether it looks like one in PEM; what it is worth, TLS finds out.
bool isCertificate(std::string_view text);

// Where the gateway is and who this scanner is: what the console's QR code says, and the serial line takes.
//   {"gateway":"192.168.1.10","port":1883,"tls":false,"device":"desk-1","secret":"…","ca":"-----BEGIN …","http":8080}
// `port` and `http` have the gateway's defaults. With tls only one certificate is trusted: `ca`, or, since a QR code takes
// no certificate, the one that was given apart from it.
struct Provisioning {
    FixedText<64> gateway;
    uint16_t port = 1883;
    uint16_t http = 8080;
    bool isTls = false;
    FixedText<32> device;
    FixedText<96> secret;
    Certificate ca;
};

// Null when it was understood; else what is wrong with it, for a person. `certificate` is the one given apart, or empty.
const char* readProvisioning(Bytes json, Provisioning& provisioning, std::string_view certificate = {});

}  // namespace scanner
