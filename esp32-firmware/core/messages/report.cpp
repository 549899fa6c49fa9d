#include "messages/report.h"

#include "base/bytes.h"

namespace scanner {

static constexpr size_t kHead = 26;

size_t packReport(const Report& report, uint8_t* to) {
    to[0] = static_cast<uint8_t>(report.kind);
    to[1] = static_cast<uint8_t>(report.status);
    to[2] = report.step;
    to[3] = report.of;
    putBig16(to + 4, report.slot);
    putBig16(to + 6, report.confidence);
    putBig32(to + 8, report.boot);
    putBig32(to + 12, report.counter);
    putBig32(to + 16, static_cast<uint32_t>(report.uptime >> 32));
    putBig32(to + 20, static_cast<uint32_t>(report.uptime));
    const std::string_view subject = report.subject.view();
    const std::string_view reason = report.reason.view();
    to[24] = static_cast<uint8_t>(subject.size() | (report.hasSlot ? 0x80 : 0));
    to[25] = static_cast<uint8_t>(reason.size());
    memcpy(to + kHead, subject.data(), subject.size());
    memcpy(to + kHead + subject.size(), reason.data(), reason.size());
    return kHead + subject.size() + reason.size();
}

bool unpackReport(const uint8_t* from, size_t size, Report& report) {
    if (size < kHead) return false;
    const size_t subject = from[24] & 0x7F;
    const size_t reason = from[25];
    if (subject > 64 || reason > 24 || size != kHead + subject + reason) return false;
    report.kind = static_cast<Report::Kind>(from[0]);
    report.status = static_cast<Report::Status>(from[1]);
    report.step = from[2];
    report.of = from[3];
    report.slot = getBig16(from + 4);
    report.confidence = getBig16(from + 6);
    report.boot = getBig32(from + 8);
    report.counter = getBig32(from + 12);
    report.uptime = static_cast<Millis>(getBig32(from + 16)) << 32 | getBig32(from + 20);
    report.hasSlot = (from[24] & 0x80) != 0;
    const Bytes rest{from + kHead, subject + reason};
    report.subject.assign(rest.text().substr(0, subject));
    report.reason.assign(rest.text().substr(subject));
    return true;
}

}  // namespace scanner
