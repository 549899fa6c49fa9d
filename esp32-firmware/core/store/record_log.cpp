#include "store/record_log.h"

#include "base/crc32.h"

namespace scanner {

static uint32_t crcOf(const uint8_t* head, Bytes body) { return crc32(body, crc32({head, 12})); }

bool RecordLog::mount(RecordKeeper& keeper) {
    const uint32_t sectors = _flash.sectorCount();
    if (sectors < 4 || sectors > kMaxSectors) return false;
    _keeper = &keeper;
    _lastAge = 0;
    uint8_t room[kMaxRecordBody];
    for (uint32_t sector = 0; sector < sectors; sector++) {
        Record record{};
        const bool isUsed = read(sector * FlashPort::kSectorSize, record, room) && record.kind == RecordKind::Sector;
        _ages[sector] = isUsed ? getBig32(record.body.data) : 0;
        if (_ages[sector] > _lastAge) {
            _lastAge = _ages[sector];
            _head = sector;
        }
    }
    _isBlank = _lastAge == 0;
    if (_isBlank) {
        _head = sectors - 1;
        return openNext();
    }
    for (uint32_t age = 0;;) {
        uint32_t next = sectors;
        for (uint32_t sector = 0; sector < sectors; sector++) {
            if (_ages[sector] > age && (next == sectors || _ages[sector] < _ages[next])) next = sector;
        }
        if (next == sectors) break;
        age = _ages[next];
        replay(next);
    }
    return true;
}

// A torn record has no trustworthy length: the next is looked for unit by unit, which CRC and magic make safe.
void RecordLog::replay(uint32_t sector) {
    uint8_t room[kMaxRecordBody];
    uint32_t address = sector * FlashPort::kSectorSize;
    uint32_t end = address;
    while (address < endOf(sector)) {
        Record record{};
        if (!read(address, record, room)) {
            address += kUnit;
            continue;
        }
        if (record.kind != RecordKind::Sector) _keeper->found(record);
        address += sizeOf(record.body.size);
        end = address;
    }
    if (sector != _head) return;
    // New records go behind everything that was ever written, torn ones included.
    _end = endOf(sector);
    while (_end > end && isErased(_end - kUnit, _end)) _end -= kUnit;
}

bool RecordLog::append(RecordKind kind, uint8_t flags, Bytes body, uint32_t& address) {
    if (body.size > kMaxRecordBody) return false;
    // A place that does not take its bytes is skipped; a flash that takes none has failed.
    for (int tries = 0; tries < 3; tries++) {
        if (!makeRoom(sizeOf(body.size))) return false;
        if (put(kind, flags, body, address)) return true;
    }
    return false;
}

bool RecordLog::makeRoom(uint32_t size) {
    const uint32_t sectors = _flash.sectorCount();
    for (uint32_t turns = 0; turns < 2 * sectors; turns++) {
        // First, so that an evacuation that a loss of power broke off is finished while there is a spare sector for it.
        if (freeSectors() < 2) {
            if (!evacuateOldest()) return false;
            continue;
        }
        if (_end + size <= endOf(_head)) return true;
        if (!openNext()) return false;
    }
    return false;
}

bool RecordLog::openNext() {
    const uint32_t sectors = _flash.sectorCount();
    for (uint32_t step = 1; step < sectors; step++) {
        const uint32_t sector = (_head + step) % sectors;
        if (_ages[sector] != 0) continue;
        const uint32_t start = sector * FlashPort::kSectorSize;
        if (!isErased(start, endOf(sector)) && !_flash.eraseSector(sector)) return false;
        _head = sector;
        _end = start;
        _ages[sector] = ++_lastAge;
        uint8_t age[4];
        putBig32(age, _lastAge);
        uint32_t address;
        return put(RecordKind::Sector, 0, {age, sizeof age}, address);
    }
    return false;
}

// Copies run from the oldest sector to the newest, and may fill it.
bool RecordLog::evacuateOldest() {
    const uint32_t sector = oldest();
    uint8_t room[kMaxRecordBody];
    for (uint32_t address = sector * FlashPort::kSectorSize; address < endOf(sector);) {
        Record record{};
        if (!read(address, record, room)) {
            address += kUnit;
            continue;
        }
        uint8_t flags = record.flags;
        if (record.kind != RecordKind::Sector && _keeper->keeps(record, flags)) {
            if (_end + sizeOf(record.body.size) > endOf(_head) && !openNext()) return false;
            uint32_t to;
            if (!put(record.kind, flags, record.body, to)) return false;
            _keeper->moved(record, to);
        }
        address += sizeOf(record.body.size);
    }
    _ages[sector] = 0;
    return _flash.eraseSector(sector);
}

bool RecordLog::put(RecordKind kind, uint8_t flags, Bytes body, uint32_t& address) {
    uint8_t whole[kHead + kMaxRecordBody];
    const uint32_t size = sizeOf(body.size);
    memset(whole, 0xFF, sizeof whole);
    whole[0] = kMagic;
    whole[1] = static_cast<uint8_t>(kind);
    whole[2] = flags;
    whole[3] = static_cast<uint8_t>(body.size);
    putBig32(whole + 4, _lastAge);
    putBig32(whole + 8, 0);
    putBig32(whole + 12, crcOf(whole, body));
    if (!body.empty()) memcpy(whole + kHead, body.data, body.size);
    address = _end;
    // Whatever came of the write, that place is used up.
    _end += size;
    if (!_flash.write(address, whole, size)) return false;
    Record written{};
    uint8_t room[kMaxRecordBody];
    return read(address, written, room);
}

bool RecordLog::read(uint32_t address, Record& record, uint8_t* room) {
    uint8_t head[kHead];
    const uint32_t limit = (address / FlashPort::kSectorSize + 1) * FlashPort::kSectorSize;
    if (address + kHead > limit || !_flash.read(address, head, kHead) || head[0] != kMagic) return false;
    const size_t size = head[3];
    if (size > kMaxRecordBody || address + sizeOf(size) > limit) return false;
    if (size > 0 && !_flash.read(address + kHead, room, size)) return false;
    if (crcOf(head, {room, size}) != getBig32(head + 12)) return false;
    record = {static_cast<RecordKind>(head[1]), head[2], address, {room, size}};
    return true;
}

bool RecordLog::isErased(uint32_t from, uint32_t to) {
    uint8_t unit[kUnit];
    for (; from < to; from += kUnit) {
        if (!_flash.read(from, unit, kUnit)) return false;
        for (const uint8_t byte : unit) {
            if (byte != 0xFF) return false;
        }
    }
    return true;
}

uint32_t RecordLog::oldest() const {
    uint32_t found = _head;
    for (uint32_t sector = 0; sector < _flash.sectorCount(); sector++) {
        if (_ages[sector] != 0 && _ages[sector] < _ages[found]) found = sector;
    }
    return found;
}

uint32_t RecordLog::freeSectors() const {
    uint32_t count = 0;
    for (uint32_t sector = 0; sector < _flash.sectorCount(); sector++) count += _ages[sector] == 0 ? 1 : 0;
    return count;
}

}  // namespace scanner
