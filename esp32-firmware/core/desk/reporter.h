#pragma once
#include "messages/report.h"
#include "store/store.h"

namespace scanner {

// Gives a report its id and its time, and puts it into the outbox: from then on it cannot be lost.
class Reporter {
public:
    explicit Reporter(Store& store) : _store(store) {}

    // False when the flash did not take it.
    bool report(Millis now, Report& report, uint32_t enrollment = 0) {
        report.boot = _store.boot();
        report.counter = _store.nextCounter();
        report.uptime = now;
        const bool isWritten = _store.outbox.add(report, enrollment);
        if (!isWritten && !report.isHint()) _isFaulty = true;
        return isWritten;
    }

    bool answer(Millis now, std::string_view command, const char* refusal) {
        Report made;
        made.kind = Report::Kind::Answer;
        made.status = refusal == nullptr ? Report::Status::Success : Report::Status::Error;
        made.subject.assign(command);
        if (refusal != nullptr) made.reason.assign(refusal);
        return report(now, made);
    }

    void setFaulty() { _isFaulty = true; }
    bool isFaulty() const { return _isFaulty; }

private:
    Store& _store;
    bool _isFaulty = false;
};

}  // namespace scanner
