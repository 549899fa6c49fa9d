#pragma once
#include "base/bytes.h"
#include "base/fixed_text.h"

namespace scanner {

// A firmware that the gateway offers under /firmware/manifest.json:
//   {"version":"1.2.0","counter":12,"size":912345,"sha256":"64 hex digits","file":"scanner-1.2.0.bin","signature":"hex of DER"}
// What is signed (ECDSA P-256 over SHA-256) is signedText(): a line for each field but the signature.
struct Manifest {
    FixedText<32> version;
    uint32_t counter = 0;
    uint32_t size = 0;
    uint8_t sha256[32] = {};
    FixedText<64> file;
    uint8_t signature[72] = {};
    size_t signatureSize = 0;
};

// Null when it was understood; else what is wrong.
const char* readManifest(Bytes json, Manifest& manifest);

FixedText<256> signedText(const Manifest& manifest);

// Never back: an old firmware, though signed, may have the holes that a newer one has closed.
inline bool isNewer(const Manifest& manifest, uint32_t runningCounter) { return manifest.counter > runningCounter; }

}  // namespace scanner
