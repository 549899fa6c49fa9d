#pragma once
#include "base/clock.h"
#include "base/fixed_text.h"

namespace scanner {

// One message to the gateway, as it lies in the flash; its topic and its JSON are made of it each time it is sent.
struct Report {
    enum class Kind : uint8_t { Scan = 1, Result = 2, Identification = 3, Answer = 4 };
    enum class Status : uint8_t { None, Waiting, Progress, Retry, Success, Error };

    Kind kind = Kind::Scan;
    Status status = Status::None;
    uint8_t step = 0;
    uint8_t of = 0;
    bool hasSlot = false;
    uint16_t slot = 0;
    uint16_t confidence = 0;
    uint32_t boot = 0;
    uint32_t counter = 0;
    Millis uptime = 0;
    FixedText<64> subject;  // the enrollment, or the command that is answered
    FixedText<24> reason;

    // Hints may be left out when there is little room; everything else may not.
    bool isHint() const { return kind == Kind::Scan && status != Status::Progress; }
};

constexpr size_t kMaxReportSize = 26 + 64 + 24;

// To and from flash.
size_t packReport(const Report& report, uint8_t* to);
bool unpackReport(const uint8_t* from, size_t size, Report& report);

}  // namespace scanner
