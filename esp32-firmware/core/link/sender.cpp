#include "link/sender.h"

namespace scanner {

void Sender::acknowledged(uint32_t number) {
    _outbox.acknowledged(number);
    if (number == _number) _isWaiting = false;
}

bool Sender::next(Millis now, uint32_t& number, MessageText& message) {
    if (_isWaiting && now < _giveUpAt) return false;
    Report report;
    if (!_outbox.next(number, report)) return false;
    if (number == _number) _resent++;
    if (!writeMessage(_device, report, message)) return false;
    _isWaiting = true;
    _number = number;
    _giveUpAt = now + kPatience;
    return true;
}

}  // namespace scanner
