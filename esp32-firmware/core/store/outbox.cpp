#include "store/outbox.h"

namespace scanner {

bool Outbox::add(const Report& report, uint32_t enrollment) {
    if (report.isHint() ? !hasRoom() : _count == kCapacity) return false;
    uint8_t body[kHead + kMaxReportSize];
    const uint32_t number = _lastNumber + 1;
    putBig32(body, number);
    putBig32(body + 4, enrollment);
    const size_t size = kHead + packReport(report, body + kHead);
    uint32_t address;
    if (!_log.append(RecordKind::Message, kOwed, {body, size}, address)) return false;
    _lastNumber = number;
    _entries[_count++] = {number, address, enrollment, report.kind, report.status, report.step, true};
    if (report.kind == Report::Kind::Answer) forgetNeedless();
    return true;
}

bool Outbox::next(uint32_t& number, Report& report) {
    for (size_t i = 0; i < _count; i++) {
        if (!_entries[i].isOwed) continue;
        number = _entries[i].number;
        if (readReport(_entries[i], report)) return true;
        // Flash that has gone bad under a message: it is counted, and does not hold up those behind it.
        _entries[i].isOwed = false;
        _unreadable++;
    }
    return false;
}

void Outbox::acknowledged(uint32_t number) {
    if (Entry* entry = find(number)) {
        mark(*entry, false);
        forgetNeedless();
    }
}

void Outbox::oweAgain(uint32_t enrollment, uint8_t fromStep) {
    for (size_t i = 0; i < _count; i++) {
        Entry& entry = _entries[i];
        if (entry.enrollment != enrollment || entry.isOwed) continue;
        if (entry.kind == Report::Kind::Result || entry.step >= fromStep) mark(entry, true);
    }
}

void Outbox::keepEnrollment(uint32_t enrollment) {
    _keptEnrollment = enrollment;
    forgetNeedless();
}

bool Outbox::findAnswer(std::string_view command, Report& answer) {
    for (size_t i = _count; i-- > 0;) {
        if (readAnswer(i, command, answer)) return true;
    }
    return false;
}

void Outbox::oweAnswer(std::string_view command) {
    Report answer;
    for (size_t i = _count; i-- > 0;) {
        if (!readAnswer(i, command, answer)) continue;
        if (!_entries[i].isOwed) mark(_entries[i], true);
        return;
    }
}

bool Outbox::hasScan(uint32_t enrollment, uint8_t step) const {
    for (size_t i = 0; i < _count; i++) {
        const Entry& entry = _entries[i];
        if (entry.enrollment == enrollment && entry.kind == Report::Kind::Scan && entry.status == Report::Status::Progress &&
            entry.step == step) {
            return true;
        }
    }
    return false;
}

bool Outbox::hasResult(uint32_t enrollment) const {
    for (size_t i = 0; i < _count; i++) {
        if (_entries[i].enrollment == enrollment && _entries[i].kind == Report::Kind::Result) return true;
    }
    return false;
}

bool Outbox::hasRoom() const {
    const size_t fits = _log.capacity() / RecordLog::sizeOf(kHead + kMaxReportSize);
    const size_t limit = fits < kCapacity ? fits : kCapacity;
    return limit > kReserve && _count + kReserve < limit;
}

size_t Outbox::owed() const {
    size_t count = 0;
    for (size_t i = 0; i < _count; i++) count += _entries[i].isOwed ? 1 : 0;
    return count;
}

void Outbox::foundMessage(const Record& record) {
    Report report;
    if (record.body.size < kHead || !unpackReport(record.body.data + kHead, record.body.size - kHead, report)) return;
    const uint32_t number = getBig32(record.body.data);
    const uint32_t enrollment = getBig32(record.body.data + 4);
    const bool isOwed = (record.flags & kOwed) != 0;
    if (number > _lastNumber) _lastNumber = number;
    const Entry entry{number, record.address, enrollment, report.kind, report.status, report.step, isOwed};
    if (Entry* known = find(number)) {
        *known = entry;
        return;
    }
    if (_count == kCapacity) forgetNeedless();
    if (_count == kCapacity) return;
    // Copies that were moved come behind younger messages: the order is that of the numbers.
    size_t place = _count++;
    for (; place > 0 && _entries[place - 1].number > number; place--) _entries[place] = _entries[place - 1];
    _entries[place] = entry;
}

void Outbox::foundMark(const Record& record) {
    if (record.body.size != 4) return;
    if (Entry* entry = find(getBig32(record.body.data))) entry->isOwed = (record.flags & kOwed) != 0;
}

bool Outbox::keeps(const Record& record, uint8_t& flags) const {
    // A mark is as old as what it marks or younger; what is moved bears its mark itself.
    if (record.kind != RecordKind::Message) return false;
    const Entry* entry = find(getBig32(record.body.data));
    if (entry == nullptr || entry->address != record.address) return false;
    flags = entry->isOwed ? kOwed : 0;
    return true;
}

void Outbox::moved(const Record& record, uint32_t to) {
    if (Entry* entry = find(getBig32(record.body.data))) entry->address = to;
}

bool Outbox::readReport(const Entry& entry, Report& report) {
    uint8_t room[kMaxRecordBody];
    Record record{};
    return _log.read(entry.address, record, room) && record.body.size >= kHead &&
           unpackReport(record.body.data + kHead, record.body.size - kHead, report);
}

bool Outbox::readAnswer(size_t index, std::string_view command, Report& answer) {
    const Entry& entry = _entries[index];
    return entry.kind == Report::Kind::Answer && readReport(entry, answer) && answer.subject == command;
}

// A mark that could not be written only costs a message sent twice, which the gateway knows by its id.
void Outbox::mark(Entry& entry, bool isOwed) {
    uint8_t body[4];
    const uint32_t number = entry.number;
    putBig32(body, number);
    entry.isOwed = isOwed;
    uint32_t address;
    _log.append(RecordKind::Mark, isOwed ? kOwed : 0, {body, sizeof body}, address);
}

void Outbox::forgetNeedless() {
    size_t answers = 0;
    for (size_t i = 0; i < _count; i++) answers += _entries[i].kind == Report::Kind::Answer ? 1 : 0;
    size_t kept = 0;
    for (size_t i = 0; i < _count; i++) {
        const Entry& entry = _entries[i];
        bool isNeeded = entry.isOwed || (entry.enrollment != 0 && entry.enrollment == _keptEnrollment);
        if (entry.kind == Report::Kind::Answer) isNeeded = isNeeded || answers-- <= kAnswersKept;
        if (isNeeded) _entries[kept++] = entry;
    }
    _count = kept;
}

Outbox::Entry* Outbox::find(uint32_t number) {
    size_t low = 0;
    size_t high = _count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (_entries[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < _count && _entries[low].number == number ? &_entries[low] : nullptr;
}

}  // namespace scanner
