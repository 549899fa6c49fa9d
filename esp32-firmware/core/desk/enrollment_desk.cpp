#include "desk/enrollment_desk.h"

namespace scanner {

using Phase = EnrollmentJournal::Phase;

void EnrollmentDesk::reconcile(Millis now) {
    EnrollmentJournal& journal = _store.journal;
    if (journal.phase() != Phase::Open) return;
    const uint32_t ordinal = journal.ordinal();
    const uint8_t scans = journal.order().scans;
    if (_store.outbox.hasScan(ordinal, scans)) {
        const bool isTold = _store.outbox.hasResult(ordinal);
        if (isTold || tell(now, Report::Kind::Result, Report::Status::Success, 0, nullptr)) move(Phase::Closed);
        return;
    }
    const bool isTold = _store.outbox.hasResult(ordinal);
    if (isTold || tell(now, Report::Kind::Result, Report::Status::Error, 0, "reset")) move(Phase::Cleanup);
}

void EnrollmentDesk::step(Millis now) {
    EnrollmentSaying saying;
    Enrollment::State state;
    SlotErasure::Outcome outcome;
    if (_sensor.takeSaying(saying)) onSaying(now, saying);
    if (_sensor.takeEnrollmentEnd(state)) onEnd(state);
    if (_isErasing && _sensor.takeErasureEnd(outcome)) {
        _isErasing = false;
        const bool isDone = outcome == SlotErasure::Outcome::Erased;
        // A sensor that fell silent is tried again for ever; one that refuses, only some times.
        if (outcome == SlotErasure::Outcome::Refused) _erasures++;
        if (isDone || _erasures >= kErasureTries) move(Phase::Closed);
    }
    if (_store.journal.phase() != Phase::Cleanup || _isErasing || !_sensor.mayErase()) return;
    _sensor.stopEnrollment();
    erase();
}

bool EnrollmentDesk::begin(const EnrollmentOrder& order, Millis deadline) {
    if (!_store.journal.begin(order)) {
        _reporter.setFaulty();
        return false;
    }
    _store.outbox.keepEnrollment(_store.journal.ordinal());
    _sensor.enroll(order, deadline);
    return true;
}

void EnrollmentDesk::abandon() {
    if (_store.journal.phase() == Phase::Open) move(Phase::Cleanup);
}

// It may have succeeded here while the gateway ended it: then the gateway thinks the slot empty, and it has to be.
void EnrollmentDesk::cancel(std::string_view enrollment) {
    if (_store.journal.isOf(enrollment)) move(Phase::Cleanup);
}

bool EnrollmentDesk::isClear() const {
    const Phase phase = _store.journal.phase();
    return phase == Phase::None || phase == Phase::Closed;
}

bool EnrollmentDesk::tell(Millis now, Report::Kind kind, Report::Status status, uint8_t step, const char* reason) {
    const EnrollmentOrder& order = _store.journal.order();
    Report report;
    report.kind = kind;
    report.status = status;
    report.step = step;
    report.of = order.scans;
    report.hasSlot = true;
    report.slot = order.slot;
    report.subject.assign(order.enrollment.view());
    if (reason != nullptr) report.reason.assign(reason);
    return _reporter.report(now, report, _store.journal.ordinal()) || report.isHint();
}

void EnrollmentDesk::onSaying(Millis now, const EnrollmentSaying& saying) {
    using What = EnrollmentSaying::What;
    bool isKept = true;
    switch (saying.what) {
        case What::Waiting: tell(now, Report::Kind::Scan, Report::Status::Waiting, saying.step, nullptr); break;
        case What::Retry: tell(now, Report::Kind::Scan, Report::Status::Retry, saying.step, saying.reason); break;
        case What::Progress:
            isKept = tell(now, Report::Kind::Scan, Report::Status::Progress, saying.step, nullptr);
            break;
        case What::Success: isKept = tell(now, Report::Kind::Result, Report::Status::Success, 0, nullptr); break;
        case What::Failure: isKept = tell(now, Report::Kind::Result, Report::Status::Error, 0, saying.reason); break;
    }
    // What cannot be kept has not happened.
    if (isKept) return;
    _sensor.stopEnrollment();
    move(Phase::Cleanup);
}

void EnrollmentDesk::onEnd(Enrollment::State state) {
    if (_store.journal.phase() != Phase::Open) return;
    move(state == Enrollment::State::Succeeded ? Phase::Closed : Phase::Cleanup);
}

void EnrollmentDesk::erase() {
    _isErasing = true;
    _sensor.erase(_store.journal.order().slot);
}

void EnrollmentDesk::move(Phase phase) {
    _erasures = phase == Phase::Closed ? 0 : _erasures;
    if (!_store.journal.move(phase)) _reporter.setFaulty();
}

}  // namespace scanner
