#include "sensor/sensor_link.h"

namespace scanner {

void SensorLink::begin(Millis now, const Instruction& instruction) {
    _instruction = instruction;
    _triesLeft = instruction.tries;
    settleOrAsk(now);
}

bool SensorLink::step(Millis now, Bytes received, Reply& reply) {
    bool isAnswered = false;
    Frame frame;
    _bytesHeard += static_cast<uint32_t>(received.size);
    for (const uint8_t byte : received) {
        _parser.push(byte);
        while (_parser.next(frame)) {
            _framesHeard++;
            if (isAnswered || _state == State::Idle) continue;
            isAnswered = onFrame(now, frame, reply);
            // The reply lies in the parser's buffer: the bytes behind it were not asked for.
            if (isAnswered) return true;
        }
    }
    return _state != State::Idle && now >= _deadline && onTimeout(now, reply);
}

Bytes SensorLink::takeOutput() {
    const Bytes output{_output, _outputSize};
    _outputSize = 0;
    return output;
}

void SensorLink::reset() {
    _parser.reset();
    _state = State::Idle;
    _isUnsure = false;
    _outputSize = 0;
}

bool SensorLink::onFrame(Millis now, const Frame& frame, Reply& reply) {
    if (frame.kind != FrameKind::Ack || frame.address != _address || frame.content.empty()) return false;
    const uint8_t code = frame.content[0];
    if (_state == State::Settling) {
        if (!fits(frame, _settle)) return false;
        _isUnsure = false;
        _state = State::Asked;
        send(now, _instruction);
        return false;
    }
    if (!fits(frame, _instruction)) return false;
    if (code == code::PacketError && _triesLeft > 1) {
        // It heard us garbled, and did nothing.
        _triesLeft--;
        send(now, _instruction);
        return false;
    }
    if (_instruction.op == _settle.op) _isUnsure = false;
    _state = State::Idle;
    reply = {Reply::Kind::Answered, code, frame.content.from(1)};
    return true;
}

bool SensorLink::fits(const Frame& frame, const Instruction& instruction) const {
    const size_t data = frame.content.size - 1;
    const uint8_t code = frame.content[0];
    if (data == instruction.replySize) return true;
    // A refusal may come without data; but what settles must be told from a late refusal of something else.
    const bool isRefusal = data == 0 && code != code::Ok;
    return isRefusal && (instruction.op != _settle.op || code == code::PasswordNeeded || code == code::PacketError);
}

bool SensorLink::onTimeout(Millis now, Reply& reply) {
    _isUnsure = true;
    if (_state == State::Settling) {
        if (--_settleTriesLeft > 0) {
            send(now, _settle);
            return false;
        }
    } else if (--_triesLeft > 0) {
        settleOrAsk(now);
        return false;
    }
    _state = State::Idle;
    reply = {Reply::Kind::Silent, 0xFF, {}};
    return true;
}

void SensorLink::settleOrAsk(Millis now) {
    // What settles needs no settling; VerifyPassword opens a session, and what follows it is ReadParameters.
    const bool isOpening = _instruction.op == _settle.op || _instruction.op == Op::VerifyPassword;
    _state = _isUnsure && !isOpening ? State::Settling : State::Asked;
    _settleTriesLeft = kSettleTries;
    send(now, _state == State::Settling ? _settle : _instruction);
}

void SensorLink::send(Millis now, const Instruction& instruction) {
    uint8_t content[1 + sizeof instruction.parameters] = {static_cast<uint8_t>(instruction.op)};
    memcpy(content + 1, instruction.parameters, instruction.parameterCount);
    const Frame frame{_address, FrameKind::Command, {content, static_cast<size_t>(1 + instruction.parameterCount)}};
    _parser.reset();
    _outputSize = writeFrame(frame, _output, sizeof _output);
    _deadline = now + instruction.timeout;
}

}  // namespace scanner
