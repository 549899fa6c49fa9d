#pragma once
#include "base/bytes.h"

namespace scanner {

// The flash, as four functions. Erased bytes read FF; what is written stays until its sector is erased, and is never
// written over. Offsets and sizes of writes are multiples of 16, so that encrypted flash will do.
class FlashPort {
public:
    virtual bool read(uint32_t offset, uint8_t* to, size_t size) = 0;
    virtual bool write(uint32_t offset, const uint8_t* from, size_t size) = 0;
    virtual bool eraseSector(uint32_t sector) = 0;
    virtual uint32_t sectorCount() const = 0;

    static constexpr uint32_t kSectorSize = 4096;

protected:
    ~FlashPort() = default;
};

}  // namespace scanner
