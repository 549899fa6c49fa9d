#pragma once
#include "messages/report.h"
#include "store/record_log.h"

namespace scanner {

// What the scanner owes the gateway, in flash, oldest first. A message leaves it only by the broker's PUBACK.
//
// It is bounded (kCapacity messages, and the flash). What happens as it fills:
//   - hints (waiting, retry) are left out when less than kReserve is free;
//   - the scanner looks for no fingers then, and accepts no enrollment, so that nothing new arises;
//   - what arises all the same, the rest of a running enrollment and answers, fits into the reserve.
// Nothing that was written is ever dropped to make room.
//
// Messages of the current enrollment are kept beyond their PUBACK, for a resend; so are the last answers, by which a
// command that comes again is known.
class Outbox {
public:
    static constexpr size_t kCapacity = 1024;
    static constexpr size_t kReserve = 48;
    static constexpr size_t kAnswersKept = 16;

    explicit Outbox(RecordLog& log) : _log(log) {}

    // In flash for good when true. `enrollment` is the ordinal of the enrollment it belongs to, or 0.
    bool add(const Report& report, uint32_t enrollment);

    // The oldest message that is owed.
    bool next(uint32_t& number, Report& report);

    // The PUBACK has come.
    void acknowledged(uint32_t number);

    // Owes the messages of an enrollment again, from a step on, under the same ids.
    void oweAgain(uint32_t enrollment, uint8_t fromStep);

    // From now on the messages of this enrollment are kept.
    void keepEnrollment(uint32_t enrollment);

    bool findAnswer(std::string_view command, Report& answer);
    // Owes an answer again: whoever asks twice is answered twice.
    void oweAnswer(std::string_view command);

    bool hasScan(uint32_t enrollment, uint8_t step) const;
    bool hasResult(uint32_t enrollment) const;
    bool hasRoom() const;
    size_t owed() const;
    uint32_t unreadable() const { return _unreadable; }

    // For the log.
    void foundMessage(const Record& record);
    void foundMark(const Record& record);
    bool keeps(const Record& record, uint8_t& flags) const;
    void moved(const Record& record, uint32_t to);

private:
    struct Entry {
        uint32_t number;
        uint32_t address;
        uint32_t enrollment;
        Report::Kind kind;
        Report::Status status;
        uint8_t step;
        bool isOwed;
    };

    static constexpr uint8_t kOwed = 0x01;
    static constexpr size_t kHead = 8;

    bool readReport(const Entry& entry, Report& report);
    bool readAnswer(size_t index, std::string_view command, Report& answer);
    void mark(Entry& entry, bool isOwed);
    void forgetNeedless();
    Entry* find(uint32_t number);
    const Entry* find(uint32_t number) const { return const_cast<Outbox*>(this)->find(number); }

    RecordLog& _log;
    Entry _entries[kCapacity];
    size_t _count = 0;
    uint32_t _lastNumber = 0;
    uint32_t _keptEnrollment = 0;
    uint32_t _unreadable = 0;
};

}  // namespace scanner
