#pragma once
#include <esp_partition.h>

#include "store/flash_port.h"

// The partition `outbox`, as the core's four functions.
class FlashPartition final : public scanner::FlashPort {
public:
    // False when the partition table has none: the wrong one was flashed.
    bool begin() {
        _partition = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_UNDEFINED, "outbox");
        return _partition != nullptr;
    }

    bool read(uint32_t offset, uint8_t* to, size_t size) override {
        return _partition != nullptr && esp_partition_read(_partition, offset, to, size) == ESP_OK;
    }

    bool write(uint32_t offset, const uint8_t* from, size_t size) override {
        return _partition != nullptr && esp_partition_write(_partition, offset, from, size) == ESP_OK;
    }

    bool eraseSector(uint32_t sector) override {
        return _partition != nullptr && esp_partition_erase_range(_partition, sector * kSectorSize, kSectorSize) == ESP_OK;
    }

    uint32_t sectorCount() const override { return _partition == nullptr ? 0 : _partition->size / kSectorSize; }

private:
    const esp_partition_t* _partition = nullptr;
};
