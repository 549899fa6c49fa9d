#include "desk/command_desk.h"

namespace scanner {

void CommandDesk::receive(Millis now, Bytes payload) {
    Command command;
    if (!readCommand(payload, now, command)) {
        _notUnderstood++;
        return;
    }
    const std::string_view id = command.id.view();
    Report answer;
    if (_store.outbox.findAnswer(id, answer)) {
        _store.outbox.oweAnswer(id);
        return;
    }
    if (queued(id)) return;
    if (command.problem != nullptr) {
        _reporter.answer(now, id, command.problem);
        return;
    }
    if (now >= command.expiresAt) {
        _reporter.answer(now, id, "expired");
        return;
    }
    switch (command.what) {
        case Command::Do::Cancel:
            forgetEnroll(command.enrollment.view());
            _enrollments.cancel(command.enrollment.view());
            _reporter.answer(now, id, nullptr);
            return;
        case Command::Do::Resend: resend(now, command); return;
        case Command::Do::Ping: _reporter.answer(now, id, nullptr); return;
        case Command::Do::Locate:
            if (_reporter.answer(now, id, nullptr)) _locatedUntil = now + kLocated;
            return;
        case Command::Do::Restart:
            if (_reporter.answer(now, id, nullptr)) _restartAsked = now;
            return;
        default: break;
    }
    // One more than fits stays without an answer, and comes again.
    if (_count < kQueue) _waiting[_count++] = {command, now};
}

void CommandDesk::step(Millis now) {
    while (_count > 0 && carryOut(now, _waiting[0].command, _waiting[0].received)) removeFirst();
}

bool CommandDesk::wantsRestart(Millis now) const {
    if (_restartAsked == kNever) return false;
    return _store.outbox.owed() == 0 || now - _restartAsked >= kRestartPatience;
}

bool CommandDesk::carryOut(Millis now, const Command& command, Millis received) {
    return command.what == Command::Do::Enroll ? enroll(now, command, received) : erase(now, command, received);
}

bool CommandDesk::enroll(Millis now, const Command& command, Millis received) {
    const std::string_view id = command.id.view();
    // Begun before a loss of power that came before the answer: it is not begun again.
    if (_store.journal.isOf(command.enrollment.view())) return _reporter.answer(now, id, nullptr) || true;
    const char* refusal = nullptr;
    if (now >= command.expiresAt) {
        refusal = "expired";
    } else if (_reporter.isFaulty()) {
        refusal = "storage_fault";
    } else if (_sensor.health() != SensorHealth::Ok) {
        if (_sensor.health() == SensorHealth::Starting && now - received < kSensorPatience) return false;
        refusal = "sensor_fault";
    } else if (command.slot >= _sensor.profile().capacity) {
        refusal = "bad_slot";
    } else if (!_store.outbox.hasRoom()) {
        refusal = "outbox_full";
    }
    if (refusal != nullptr) return _reporter.answer(now, id, refusal) || true;
    // A scanner enrolls one person at a time: who orders another has given up the one that runs.
    _enrollments.abandon();
    if (!_enrollments.isClear()) return false;
    const Millis deadline = command.expiresAt == kNever ? received + kDefaultLease : command.expiresAt;
    if (!_enrollments.begin({command.enrollment, command.slot, command.scans}, deadline)) {
        return _reporter.answer(now, id, "storage_fault") || true;
    }
    return _reporter.answer(now, id, nullptr) || true;
}

bool CommandDesk::erase(Millis now, const Command& command, Millis received) {
    const std::string_view id = command.id.view();
    SlotErasure::Outcome outcome;
    if (_isErasing) {
        const bool hasEnded = _sensor.takeErasureEnd(outcome);
        if (!hasEnded && _sensor.health() == SensorHealth::Ok) return false;
        _isErasing = false;
        // Else it would be done whenever the sensor comes back, long after the gateway has given it up.
        if (!hasEnded) _sensor.stopErasure();
        if (hasEnded && outcome != SlotErasure::Outcome::Lost) {
            _reporter.answer(now, id, outcome == SlotErasure::Outcome::Erased ? nullptr : "bad_slot");
            return true;
        }
    }
    if (now >= command.expiresAt) return _reporter.answer(now, id, "expired") || true;
    if (_sensor.health() != SensorHealth::Ok) {
        if (_sensor.health() == SensorHealth::Starting && now - received < kSensorPatience) return false;
        return _reporter.answer(now, id, "sensor_fault") || true;
    }
    if (_enrollments.isRunning() || !_enrollments.isClear() || !_sensor.mayErase()) return false;
    _isErasing = true;
    _sensor.erase(command.slot);
    return false;
}

void CommandDesk::resend(Millis now, const Command& command) {
    const bool isKnown = _store.journal.isOf(command.enrollment.view());
    if (isKnown) _store.outbox.oweAgain(_store.journal.ordinal(), command.from);
    _reporter.answer(now, command.id.view(), isKnown ? nullptr : "unknown_enrollment");
}

bool CommandDesk::queued(std::string_view id) const {
    for (size_t i = 0; i < _count; i++) {
        if (_waiting[i].command.id == id) return true;
    }
    return false;
}

void CommandDesk::removeFirst() {
    for (size_t i = 1; i < _count; i++) _waiting[i - 1] = _waiting[i];
    _count--;
}

void CommandDesk::forgetEnroll(std::string_view enrollment) {
    for (size_t i = 0; i < _count; i++) {
        const Command& command = _waiting[i].command;
        if (command.what != Command::Do::Enroll || command.enrollment != enrollment) continue;
        for (size_t next = i + 1; next < _count; next++) _waiting[next - 1] = _waiting[next];
        _count--;
        return;
    }
}

}  // namespace scanner
