#include "fingers/identification.h"

#include "fingers/patience.h"

namespace scanner {

void Identification::begin(const SensorProfile& sensor, uint16_t minConfidence) {
    _capacity = sensor.capacity;
    _minConfidence = minConfidence;
    // The finger that ended an enrollment is still on: it has to go before one counts.
    _phase = Phase::Lift;
    _tries = 0;
    _hasIdentified = false;
}

bool Identification::takeIdentified(Identified& identified) {
    const bool has = _hasIdentified;
    _hasIdentified = false;
    identified = _identified;
    return has;
}

Wish Identification::resume(Millis now, const Reply* reply) {
    if (reply == nullptr) return look();
    if (reply->isSilent()) return Wish::done();
    switch (_phase) {
        case Phase::Lift:
            if (reply->says(code::NoFinger)) _phase = Phase::Image;
            break;
        case Phase::Image:
            if (!reply->isOk()) {
                _tries = 0;
                break;
            }
            _phase = Phase::Features;
            return Wish::ask(instruction::features(1));
        case Phase::Features:
            if (reply->isOk()) {
                _phase = Phase::Search;
                return Wish::ask(instruction::search(1, _capacity));
            }
            _phase = ++_tries < kTries ? Phase::Image : Phase::Lift;
            break;
        case Phase::Search: return onSearch(now, *reply);
    }
    return Wish::waitUntil(now + kIdentificationPoll);
}

Wish Identification::onSearch(Millis now, const Reply& reply) {
    _phase = Phase::Lift;
    _tries = 0;
    const bool isFound = reply.isOk();
    if (isFound || reply.says(code::NotFound)) {
        Identified found{isFound, 0, 0};
        if (isFound) {
            found = {true, getBig16(reply.data.data), getBig16(reply.data.data + 2)};
            // A clone's garbage, or a resemblance too weak to act on.
            found.isKnown = found.slot < _capacity && found.confidence >= _minConfidence;
        }
        const bool isRepeat = now < _lastUntil && found.isKnown == _last.isKnown && found.slot == _last.slot;
        _hasIdentified = !isRepeat;
        _identified = _last = found;
        _lastUntil = now + kRepeatGuard;
    }
    return Wish::waitUntil(now + kIdentificationPoll);
}

}  // namespace scanner
