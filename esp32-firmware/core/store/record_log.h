#pragma once
#include "store/flash_port.h"

namespace scanner {

enum class RecordKind : uint8_t { Sector = 1, Boot = 2, Message = 3, Mark = 4, Enrollment = 5 };

// A record as it is found in the log. The body is valid during the call that hands it out.
struct Record {
    RecordKind kind;
    uint8_t flags;
    uint32_t address;
    Bytes body;
};

constexpr size_t kMaxRecordBody = 240;

// Who keeps records: told of each at the start, oldest first, and asked when a sector is to be used again.
class RecordKeeper {
public:
    virtual void found(const Record& record) = 0;
    // Whether it is still needed; if so, with which flags it is to be kept.
    virtual bool keeps(const Record& record, uint8_t& flags) = 0;
    virtual void moved(const Record& record, uint32_t to) = 0;

protected:
    ~RecordKeeper() = default;
};

// An append-only log over a ring of sectors: each write is whole or, found by its CRC, not there; each sector is erased
// as often as every other.
//
//   record = A5 | kind | flags | size of body | age of its sector (4) | 0 (4) | CRC of all that (4) | body | FF to 16
//
// A sector begins with a record that tells its age. When fewer than two sectors are free, what
// is still needed of the oldest is copied to the newest, and the oldest erased. A loss of power during that leaves
// copies: the later one counts.
class RecordLog {
public:
    explicit RecordLog(FlashPort& flash) : _flash(flash) {}

    // Finds what is there. False when the flash does not work.
    bool mount(RecordKeeper& keeper);

    // True when the record is in the flash for good; its address is given back.
    bool append(RecordKind kind, uint8_t flags, Bytes body, uint32_t& address);

    // Reads one again; `room` takes kMaxRecordBody.
    bool read(uint32_t address, Record& record, uint8_t* room);

    bool isBlank() const { return _isBlank; }

    // How many bytes of records may be needed at one time, so that there is always room to move them.
    uint32_t capacity() const { return (_flash.sectorCount() - 3) * (FlashPort::kSectorSize / 4 * 3); }

    static uint32_t sizeOf(size_t body) { return kHead + static_cast<uint32_t>((body + kUnit - 1) / kUnit * kUnit); }

private:
    static constexpr uint32_t kUnit = 16;
    static constexpr uint32_t kHead = 16;
    static constexpr uint32_t kMaxSectors = 128;
    static constexpr uint8_t kMagic = 0xA5;

    void replay(uint32_t sector);
    bool makeRoom(uint32_t size);
    bool openNext();
    bool evacuateOldest();
    bool put(RecordKind kind, uint8_t flags, Bytes body, uint32_t& address);
    bool isErased(uint32_t from, uint32_t to);
    uint32_t oldest() const;
    uint32_t freeSectors() const;
    uint32_t endOf(uint32_t sector) const { return (sector + 1) * FlashPort::kSectorSize; }

    FlashPort& _flash;
    RecordKeeper* _keeper = nullptr;
    uint32_t _ages[kMaxSectors] = {};  // 0: free
    uint32_t _head = 0;
    uint32_t _end = 0;
    uint32_t _lastAge = 0;
    bool _isBlank = true;
};

}  // namespace scanner
