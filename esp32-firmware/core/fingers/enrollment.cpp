#include "fingers/enrollment.h"

#include "fingers/patience.h"

namespace scanner {

void Enrollment::begin(const EnrollmentOrder& order, const SensorProfile& sensor, Millis deadline) {
    _order = order;
    _capacity = sensor.capacity;
    _buffers = sensor.buffers;
    _deadline = deadline;
    _state = State::Running;
    _phase = Phase::Begin;
    _step = 1;
    _retries = 0;
    _isRetry = false;
    _isStoredAgain = false;
    _hasSaying = false;
}

bool Enrollment::takeSaying(EnrollmentSaying& saying) {
    const bool has = _hasSaying;
    _hasSaying = false;
    saying = _saying;
    return has;
}

Wish Enrollment::resume(Millis now, const Reply* reply) {
    if (_state != State::Running) return Wish::done();
    if (_phase == Phase::Told) {
        _state = State::Succeeded;
        say(EnrollmentSaying::What::Success);
        return Wish::done();
    }
    if (now >= _deadline) {
        _state = State::Expired;
        return Wish::done();
    }
    if (reply == nullptr) {
        // The slot is said to be free: what may lie there is left over, and must not be found as this finger's double.
        if (_phase == Phase::Begin) return ask(Phase::Clear, instruction::erase(_order.slot));
        return ask(_phase, instruction::getImage());
    }
    if (reply->isSilent()) return fail("sensor_lost");
    switch (_phase) {
        case Phase::Clear: return reply->says(code::BadPage) ? fail("bad_slot") : awaitLift(now);
        case Phase::Image: return onImage(now, *reply);
        case Phase::Features:
        case Phase::SecondFeatures: return onFeatures(now, *reply);
        case Phase::Search: return onSearch(now, *reply);
        case Phase::Merge:
        case Phase::Match: return onCombined(now, *reply);
        case Phase::Store:
        case Phase::ReadBack: return onStored(now, *reply);
        default: return onLift(now, *reply);
    }
}

Wish Enrollment::ask(Phase phase, const Instruction& instruction) {
    _phase = phase;
    return Wish::ask(instruction);
}

Wish Enrollment::awaitFinger(Millis now) {
    if (!_isRetry) say(EnrollmentSaying::What::Waiting);
    _isRetry = false;
    _patience = now + kFingerPatience;
    return ask(Phase::Image, instruction::getImage());
}

Wish Enrollment::onImage(Millis now, const Reply& reply) {
    if (reply.isOk()) return ask(Phase::Features, instruction::features(captureBuffer()));
    return now >= _patience ? fail("timeout") : Wish::waitUntil(now + kEnrollmentPoll);
}

Wish Enrollment::onFeatures(Millis now, const Reply& reply) {
    if (reply.says(code::Messy)) return retry(now, "messy");
    if (reply.says(code::FewFeatures)) return retry(now, "few_features");
    if (!reply.isOk()) return retry(now, "no_image");
    if (_phase == Phase::SecondFeatures) return ask(Phase::Merge, instruction::merge());
    return _step == 1 ? ask(Phase::Search, instruction::search(captureBuffer(), _capacity)) : combine(now);
}

Wish Enrollment::onSearch(Millis now, const Reply& reply) {
    if (reply.isOk()) return fail("already_enrolled");
    return combine(now);
}

Wish Enrollment::combine(Millis now) {
    if (_step < mergeStep()) return captured(now);
    if (_step > mergeStep()) return ask(Phase::Match, instruction::match());
    // A template needs two captures; where one is ordered, the same image serves twice.
    if (_order.scans == 1) return ask(Phase::SecondFeatures, instruction::features(2));
    return ask(Phase::Merge, instruction::merge());
}

Wish Enrollment::onCombined(Millis now, const Reply& reply) {
    if (!reply.isOk()) return retry(now, "mismatch");
    return isLast() ? ask(Phase::Store, instruction::store(modelBuffer(), _order.slot)) : captured(now);
}

Wish Enrollment::onStored(Millis now, const Reply& reply) {
    if (_phase == Phase::Store) {
        if (reply.isOk()) return ask(Phase::ReadBack, instruction::load(1, _order.slot));
        return fail(reply.says(code::BadPage) ? "bad_slot" : "store_failed");
    }
    if (!reply.isOk()) {
        if (_isStoredAgain) return fail("store_failed");
        _isStoredAgain = true;
        return ask(Phase::Store, instruction::store(modelBuffer(), _order.slot));
    }
    say(EnrollmentSaying::What::Progress);
    _phase = Phase::Told;
    return Wish::waitUntil(now);
}

Wish Enrollment::onLift(Millis now, const Reply& reply) {
    if (reply.says(code::NoFinger)) return awaitFinger(now);
    return now >= _patience ? fail("timeout") : Wish::waitUntil(now + kEnrollmentPoll);
}

Wish Enrollment::captured(Millis now) {
    say(EnrollmentSaying::What::Progress);
    _step++;
    _retries = 0;
    return awaitLift(now);
}

Wish Enrollment::retry(Millis now, const char* reason) {
    if (++_retries > kRetriesPerStep) return fail(reason);
    say(EnrollmentSaying::What::Retry, reason);
    _isRetry = true;
    return awaitLift(now);
}

Wish Enrollment::fail(const char* reason) {
    _state = State::Failed;
    say(EnrollmentSaying::What::Failure, reason);
    return Wish::done();
}

Wish Enrollment::awaitLift(Millis now) {
    _patience = now + kFingerPatience;
    return ask(Phase::Lift, instruction::getImage());
}

void Enrollment::say(EnrollmentSaying::What what, const char* reason) {
    _saying = {what, _step, reason};
    _hasSaying = true;
}

// While captures are collected each has a buffer of its own; afterwards the one that does not hold the template.
uint8_t Enrollment::captureBuffer() const {
    if (_step <= mergeStep()) return _step;
    return _buffers > 2 ? 2 : 1;
}

}  // namespace scanner
