#include "fingers/slot_erasure.h"

namespace scanner {

Wish SlotErasure::resume(Millis, const Reply* reply) {
    if (reply == nullptr) {
        _phase = Phase::Erase;
        return Wish::ask(instruction::erase(_slot));
    }
    if (reply->isSilent()) {
        _outcome = Outcome::Lost;
        return Wish::done();
    }
    if (_phase == Phase::Erase) {
        // Some sensors call the erasure of an empty slot a failure: what counts is whether it can still be loaded.
        if (reply->says(code::BadPage)) {
            _outcome = Outcome::Refused;
            return Wish::done();
        }
        _phase = Phase::Check;
        return Wish::ask(instruction::load(1, _slot));
    }
    if (reply->says(code::PacketError)) {
        _outcome = Outcome::Lost;
    } else {
        _outcome = reply->isOk() ? Outcome::Refused : Outcome::Erased;
    }
    return Wish::done();
}

Wish Counting::resume(Millis, const Reply* reply) {
    if (reply == nullptr) return Wish::ask(instruction::count());
    if (reply->isOk()) {
        _has = true;
        _stored = getBig16(reply->data.data);
    }
    return Wish::done();
}

bool Counting::take(uint16_t& stored) {
    const bool has = _has;
    _has = false;
    if (has) stored = _stored;
    return has;
}

}  // namespace scanner
