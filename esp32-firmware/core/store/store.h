#pragma once
#include "store/enrollment_journal.h"
#include "store/outbox.h"
#include "store/record_log.h"

namespace scanner {

// What outlives a loss of power: the boot number, the outbox, and the journal of the enrollment.
class Store final : private RecordKeeper {
public:
    explicit Store(FlashPort& flash) : _log(flash), outbox(_log), journal(_log) {}

    // Counts this boot. `random` is where to begin when the flash is blank, so that no id is ever used twice; it is also
    // what is used when the flash does not work, which is told by false.
    bool mount(uint32_t random);

    // The first part of ids, and a number that rises within a boot.
    uint32_t boot() const { return _boot; }
    uint32_t nextCounter() { return ++_counter; }

private:
    void found(const Record& record) override;
    bool keeps(const Record& record, uint8_t& flags) override;
    void moved(const Record& record, uint32_t to) override;

    RecordLog _log;
    uint32_t _boot = 0;
    bool _knowsBoot = false;
    uint32_t _bootAddress = UINT32_MAX;
    uint32_t _counter = 0;

public:
    Outbox outbox;
    EnrollmentJournal journal;
};

}  // namespace scanner
