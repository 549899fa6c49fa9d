#include "desk/sensor_desk.h"

namespace scanner {

void SensorDesk::begin(Millis now) { beginSession(now, true); }

void SensorDesk::step(Millis now, Bytes received) {
    Reply reply;
    if (_link.step(now, received, reply)) {
        // A sensor that asks for its password has lost its power, and its buffers with it.
        const bool isLost = reply.isSilent() || (reply.says(code::PasswordNeeded) && _current != &_session);
        if (isLost) reply = {};
        if (isLost && _current != &_session) beginSession(now, false);
        if (_current != nullptr) resume(now, &reply);
        return;
    }
    if (_link.isBusy()) return;
    choose(now);
    if (_current != nullptr && now >= _resumeAt) resume(now, nullptr);
}

void SensorDesk::enroll(const EnrollmentOrder& order, Millis deadline) {
    _enrollment.begin(order, _profile, deadline);
    _enrollmentEnded = false;
}

void SensorDesk::stopEnrollment() {
    _enrollment.cancel();
    _enrollmentEnded = false;
}

void SensorDesk::erase(uint16_t slot) {
    _wantsErasure = true;
    _erasure.begin(slot);
}

bool SensorDesk::takeEnrollmentEnd(Enrollment::State& state) {
    const bool has = _enrollmentEnded;
    _enrollmentEnded = false;
    state = _enrollment.state();
    return has;
}

bool SensorDesk::takeErasureEnd(SlotErasure::Outcome& outcome) {
    const bool has = _erasureEnded;
    _erasureEnded = false;
    outcome = _erasure.outcome();
    return has;
}

bool SensorDesk::takePowerCycle() {
    const bool has = _powerCycle;
    _powerCycle = false;
    return has;
}

Millis SensorDesk::wakeAt(Millis now) {
    if (_link.isBusy()) return _link.wakeAt();
    if (wanted(now) != _current) return now;
    if (_current != nullptr) return _resumeAt;
    return _wantsSession ? _sessionAt : kNever;
}

SensorProcedure* SensorDesk::wanted(Millis now) {
    if (_wantsSession) return now >= _sessionAt ? &_session : nullptr;
    if (_wantsErasure) return &_erasure;
    if (isEnrolling()) return &_enrollment;
    if (_wantsCount) return &_counting;
    return _mayIdentify ? &_identification : nullptr;
}

// Between two instructions: the search for fingers, and what was cancelled, give way.
void SensorDesk::choose(Millis now) {
    SensorProcedure* next = wanted(now);
    if (next == _current) return;
    if (next == &_session) {
        _session.begin(now, _isPoweringUp);
        _heardBefore = {_link.bytesHeard(), _link.framesHeard()};
    }
    if (next == &_identification) _identification.begin(_profile, _minConfidence);
    _current = next;
    _resumeAt = now;
}

void SensorDesk::resume(Millis now, const Reply* reply) {
    const Wish wish = _current->resume(now, reply);
    switch (wish.kind) {
        case Wish::Kind::Wait: _resumeAt = wish.until; break;
        case Wish::Kind::Done: ended(now); break;
        case Wish::Kind::Ask:
            if (_session.baud() != _baudInUse) {
                _baudInUse = _session.baud();
                _link.reset();
            }
            _link.settleWith(_session.knowsParameters() ? instruction::readParameters() : instruction::count());
            _link.begin(now, wish.instruction);
            break;
    }
}

void SensorDesk::ended(Millis now) {
    const SensorProcedure* done = _current;
    _current = nullptr;
    if (done == &_session) {
        sessionEnded(now);
    } else if (done == &_enrollment) {
        _enrollmentEnded = _enrollment.state() != Enrollment::State::Idle;
        _wantsCount = true;
    } else if (done == &_erasure) {
        _wantsErasure = false;
        _erasureEnded = true;
        _wantsCount = true;
    } else if (done == &_counting) {
        _wantsCount = false;
        _counting.take(_profile.stored);
    }
}

void SensorDesk::sessionEnded(Millis now) {
    _heard = {_link.bytesHeard() - _heardBefore.bytes, _link.framesHeard() - _heardBefore.frames};
    switch (_session.outcome()) {
        case SensorSession::Outcome::Ready:
            _profile = _session.profile();
            _health = SensorHealth::Ok;
            _wantsSession = false;
            return;
        case SensorSession::Outcome::WrongPassword:
            _health = SensorHealth::Error;
            _sessionAt = now + kRetryPassword;
            _isPoweringUp = false;
            return;
        default:
            // Some hang until they lose their power: where a pin switches it, that is what helps.
            _health = SensorHealth::Missing;
            _powerCycle = true;
            _sessionAt = now + kRetrySilent;
            _isPoweringUp = true;
    }
}

void SensorDesk::beginSession(Millis now, bool isPoweringUp) {
    _wantsSession = true;
    _isPoweringUp = isPoweringUp;
    _sessionAt = now;
}

}  // namespace scanner
