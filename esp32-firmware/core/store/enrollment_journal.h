#pragma once
#include "fingers/enrollment.h"
#include "store/record_log.h"

namespace scanner {

// The last enrollment, in flash: what has to be put right in the sensor after a loss of power.
//   Open     it runs; found at a start, it was broken off
//   Cleanup  it is over, but the sensor may hold a template that nobody wants
//   Closed   nothing is left to do
class EnrollmentJournal {
public:
    enum class Phase : uint8_t { None = 0, Open = 1, Cleanup = 2, Closed = 3 };

    explicit EnrollmentJournal(RecordLog& log) : _log(log) {}

    // Flash first: false when it did not take it, and then nothing has changed.
    bool begin(const EnrollmentOrder& order);
    bool move(Phase phase);

    Phase phase() const { return _phase; }
    const EnrollmentOrder& order() const { return _order; }
    // Counts the enrollments of this flash; 0 is none.
    uint32_t ordinal() const { return _ordinal; }
    bool isOf(std::string_view enrollment) const { return _ordinal != 0 && _order.enrollment == enrollment; }

    void found(const Record& record);
    bool keeps(const Record& record) const { return record.address == _address; }
    void moved(uint32_t to) { _address = to; }

private:
    static constexpr size_t kHead = 8;

    bool write(uint32_t ordinal, Phase phase, const EnrollmentOrder& order);

    RecordLog& _log;
    EnrollmentOrder _order;
    Phase _phase = Phase::None;
    uint32_t _ordinal = 0;
    uint32_t _address = UINT32_MAX;
};

}  // namespace scanner
