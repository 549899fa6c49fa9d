#pragma once
#include "base/bytes.h"
#include "base/fixed_text.h"

namespace scanner {

// Where the gateway is and who this scanner is: what the console's QR code says, and the serial line takes.
//   {"gateway":"192.168.1.10","port":1883,"tls":false,"device":"desk-1","secret":"…","ca":"-----BEGIN …","http":8080}
// `port` and `http` have the gateway's defaults; `ca` is needed with tls, and is all that is trusted then.
struct Provisioning {
    FixedText<64> gateway;
    uint16_t port = 1883;
    uint16_t http = 8080;
    bool isTls = false;
    FixedText<32> device;
    FixedText<96> secret;
    FixedText<2048> ca;
};

// Null when it was understood; else what is wrong with it, for a person.
const char* readProvisioning(Bytes json, Provisioning& provisioning);

}  // namespace scanner
