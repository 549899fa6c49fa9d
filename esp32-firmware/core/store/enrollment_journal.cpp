#include "store/enrollment_journal.h"

namespace scanner {

bool EnrollmentJournal::begin(const EnrollmentOrder& order) {
    if (!write(_ordinal + 1, Phase::Open, order)) return false;
    _order = order;
    _ordinal++;
    return true;
}

bool EnrollmentJournal::move(Phase phase) { return write(_ordinal, phase, _order); }

bool EnrollmentJournal::write(uint32_t ordinal, Phase phase, const EnrollmentOrder& order) {
    uint8_t body[kHead + 64];
    const std::string_view enrollment = order.enrollment.view();
    putBig32(body, ordinal);
    putBig16(body + 4, order.slot);
    body[6] = order.scans;
    body[7] = static_cast<uint8_t>(phase);
    memcpy(body + kHead, enrollment.data(), enrollment.size());
    uint32_t address;
    if (!_log.append(RecordKind::Enrollment, 0, {body, kHead + enrollment.size()}, address)) return false;
    _phase = phase;
    _address = address;
    return true;
}

void EnrollmentJournal::found(const Record& record) {
    if (record.body.size < kHead || record.body.size > kHead + 64) return;
    _ordinal = getBig32(record.body.data);
    _order.slot = getBig16(record.body.data + 4);
    _order.scans = record.body[6];
    _phase = static_cast<Phase>(record.body[7]);
    _order.enrollment.assign(record.body.from(kHead).text());
    _address = record.address;
}

}  // namespace scanner
