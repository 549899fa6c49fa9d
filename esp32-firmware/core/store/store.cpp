#include "store/store.h"

namespace scanner {

bool Store::mount(uint32_t random) {
    const bool isMounted = _log.mount(*this);
    _boot = isMounted && _knowsBoot ? _boot + 1 : random & 0x7FFFFFFF;
    outbox.keepEnrollment(journal.ordinal());
    uint8_t body[4];
    putBig32(body, _boot);
    uint32_t address;
    if (isMounted && _log.append(RecordKind::Boot, 0, {body, sizeof body}, address)) {
        _bootAddress = address;
        return true;
    }
    _boot = random & 0x7FFFFFFF;
    return false;
}

void Store::found(const Record& record) {
    switch (record.kind) {
        case RecordKind::Boot:
            if (record.body.size != 4) break;
            _boot = getBig32(record.body.data);
            _knowsBoot = true;
            _bootAddress = record.address;
            break;
        case RecordKind::Message: outbox.foundMessage(record); break;
        case RecordKind::Mark: outbox.foundMark(record); break;
        case RecordKind::Enrollment:
            journal.found(record);
            outbox.keepEnrollment(journal.ordinal());
            break;
        case RecordKind::Sector: break;
    }
}

bool Store::keeps(const Record& record, uint8_t& flags) {
    if (record.kind == RecordKind::Boot) return record.address == _bootAddress;
    if (record.kind == RecordKind::Enrollment) return journal.keeps(record);
    return outbox.keeps(record, flags);
}

void Store::moved(const Record& record, uint32_t to) {
    if (record.kind == RecordKind::Boot) {
        _bootAddress = to;
    } else if (record.kind == RecordKind::Enrollment) {
        journal.moved(to);
    } else {
        outbox.moved(record, to);
    }
}

}  // namespace scanner
