#pragma once
#include "messages/message_text.h"
#include "store/outbox.h"

namespace scanner {

// Brings the outbox to the gateway: one message at a time, the next when the PUBACK of the last has come. So they arrive
// in the order in which they were written, whatever the MQTT client below resends and whenever the line breaks.
class Sender {
public:
    Sender(const DeviceId& device, Outbox& outbox) : _device(device), _outbox(outbox) {}

    void connected() { _isWaiting = false; }
    void disconnected() { _isWaiting = false; }

    void acknowledged(uint32_t number);

    // True when there is a message to publish; its number comes back with the PUBACK.
    bool next(Millis now, uint32_t& number, MessageText& message);

    Millis wakeAt() const { return _isWaiting ? _giveUpAt : kNever; }
    uint32_t resent() const { return _resent; }

private:
    // Longer than any broker takes to its disk; then it counts as lost below us, and is offered again.
    static constexpr Millis kPatience = 20'000;

    const DeviceId& _device;
    Outbox& _outbox;
    bool _isWaiting = false;
    uint32_t _number = 0;
    Millis _giveUpAt = 0;
    uint32_t _resent = 0;
};

}  // namespace scanner
