#pragma once
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "store/flash_port.h"

// NOR flash in memory: bits go from 1 to 0 only, erasing is by sector, and the power can go at any write.
class MemoryFlash final : public scanner::FlashPort {
public:
    explicit MemoryFlash(uint32_t sectors = 8, uint32_t seed = 1)
        : _bytes(sectors * kSectorSize, 0xFF), _erasures(sectors), _random(seed) {}

    bool read(uint32_t offset, uint8_t* to, size_t size) override {
        if (_isDead || offset + size > _bytes.size()) return false;
        std::copy_n(_bytes.begin() + offset, size, to);
        return true;
    }

    bool write(uint32_t offset, const uint8_t* from, size_t size) override {
        if (failsWrites || _isDead || offset % 16 != 0 || size % 16 != 0 || offset + size > _bytes.size()) return false;
        const bool isCut = isTheLast();
        const size_t done = isCut ? _random() % (size + 1) : size;
        for (size_t i = 0; i < done; i++) {
            if ((from[i] & ~_bytes[offset + i]) != 0) _overwrites++;
            if (offset + i != deadByte) _bytes[offset + i] &= from[i];
        }
        if (isCut && done < size) _bytes[offset + done] &= static_cast<uint8_t>(from[done] | _random());
        if (isCut) _cutOff.assign(from, from + size);
        // The power may also go just after the last bit.
        _isCutWhole = isCut && std::equal(from, from + size, _bytes.begin() + offset);
        return !isCut;
    }

    bool eraseSector(uint32_t sector) override {
        if (failsWrites || _isDead) return false;
        const bool isCut = isTheLast();
        _isCutWhole = false;
        _erasures[sector]++;
        // A broken-off erasure leaves some bits set, anywhere.
        for (uint32_t i = 0; i < kSectorSize; i++) {
            uint8_t& byte = _bytes[sector * kSectorSize + i];
            byte = isCut ? static_cast<uint8_t>(byte | _random()) : 0xFF;
        }
        return !isCut;
    }

    uint32_t sectorCount() const override { return static_cast<uint32_t>(_erasures.size()); }

    // The power goes during the n-th write or erasure from now; 0 is never.
    void cutAt(uint64_t writes) { _cutAt = writes == 0 ? 0 : _writes + writes; }
    bool isDead() const { return _isDead; }
    void revive() {
        _isDead = false;
        _cutAt = 0;
        _cutOff.clear();
    }
    // What was being written when the power went, and whether all of it had arrived by then. Empty for an erasure.
    const std::vector<uint8_t>& cutOff() const { return _cutOff; }
    bool isCutWhole() const { return _isCutWhole; }

    bool failsWrites = false;           // it is worn out
    uint32_t deadByte = UINT32_MAX;     // one that stays as it is

    uint64_t writes() const { return _writes; }
    uint64_t overwrites() const { return _overwrites; }
    const std::vector<uint32_t>& erasures() const { return _erasures; }
    std::vector<uint8_t>& bytes() { return _bytes; }

private:
    bool isTheLast() {
        _writes++;
        if (_cutAt != 0 && _writes == _cutAt) _isDead = true;
        return _isDead;
    }

    std::vector<uint8_t> _bytes;
    std::vector<uint32_t> _erasures;
    std::mt19937 _random;
    uint64_t _writes = 0;
    uint64_t _overwrites = 0;
    uint64_t _cutAt = 0;
    std::vector<uint8_t> _cutOff;
    bool _isCutWhole = false;
    bool _isDead = false;
};
