#pragma once
#include "base/bytes.h"
#include "base/clock.h"
#include "sensor/frame.h"
#include "sensor/instruction.h"

namespace scanner {

struct Reply {
    enum class Kind { Answered, Silent };
    Kind kind = Kind::Silent;
    uint8_t code = 0xFF;
    Bytes data;

    bool isOk() const { return kind == Kind::Answered && code == code::Ok; }
    bool isSilent() const { return kind == Kind::Silent; }
    bool says(uint8_t what) const { return kind == Kind::Answered && code == what; }
};

// One instruction in flight, with time-out and retries.
//
// Replies bear no number, so a late one looks like the reply to what was asked next. Therefore nothing is asked after a
// silence before ReadParameters has been answered: the sensor works in order, and that reply, 16 bytes long, can be
// mistaken for no other. Whatever was late has come before it, and was thrown away.
class SensorLink {
public:
    explicit SensorLink(uint32_t address = 0xFFFFFFFF) : _address(address) {}

    void begin(Millis now, const Instruction& instruction);

    // True when the instruction is answered, or given up; the reply is valid until the next call.
    bool step(Millis now, Bytes received, Reply& reply);

    // What is to be written to the sensor, once.
    Bytes takeOutput();

    // Forgets everything, as after a loss of the sensor's power or a change of speed.
    void reset();

    // For sensors that do not know ReadParameters; weaker, since a reply to Match is as long as one to Count.
    void settleWith(const Instruction& instruction) { _settle = instruction; }

    bool isBusy() const { return _state != State::Idle; }
    Millis wakeAt() const { return isBusy() ? _deadline : kNever; }

    // For the self-test: what has been heard.
    uint32_t bytesHeard() const { return _bytesHeard; }
    uint32_t framesHeard() const { return _framesHeard; }

private:
    enum class State { Idle, Settling, Asked };

    static constexpr uint8_t kSettleTries = 4;

    bool onFrame(Millis now, const Frame& frame, Reply& reply);
    bool fits(const Frame& frame, const Instruction& instruction) const;
    bool onTimeout(Millis now, Reply& reply);
    void settleOrAsk(Millis now);
    void send(Millis now, const Instruction& instruction);

    uint32_t _address;
    FrameParser _parser;
    State _state = State::Idle;
    Instruction _instruction;
    Instruction _settle = instruction::readParameters();
    uint8_t _triesLeft = 0;
    uint8_t _settleTriesLeft = 0;
    bool _isUnsure = false;
    Millis _deadline = 0;
    uint8_t _output[kFrameOverhead + 8];
    size_t _outputSize = 0;
    uint32_t _bytesHeard = 0;
    uint32_t _framesHeard = 0;
};

}  // namespace scanner
