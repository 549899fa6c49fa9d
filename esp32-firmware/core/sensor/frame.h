#pragma once
#include "base/bytes.h"

namespace scanner {

// One packet of the sensor's protocol:
//   EF 01 | address (4) | kind (1) | length (2) = content + 2 | content | sum (2) of kind, length and content
enum class FrameKind : uint8_t { Command = 0x01, Data = 0x02, Ack = 0x07, LastData = 0x08 };

struct Frame {
    uint32_t address = 0;
    FrameKind kind = FrameKind::Ack;
    Bytes content;
};

constexpr size_t kFrameOverhead = 11;

// The longest reply we ask for is an index page: a code and 32 bytes. What claims to be longer is noise:
// templates and images, the only long ones, are never asked for.
constexpr size_t kMaxContent = 64;

// Writes a frame; returns its size, 0 when it does not fit.
size_t writeFrame(const Frame& frame, uint8_t* to, size_t room);

// Finds frames in a stream of bytes that may be torn, doubled, garbled or noise.
class FrameParser {
public:
    // After each byte: next() until it says false.
    void push(uint8_t byte);

    // A good frame; it is valid until the next call.
    bool next(Frame& frame);

    // Forgets what began: nothing that came before may answer what is asked next.
    void reset() { _size = _taken = 0; }

    // Frames that looked like one, but for their length or sum.
    uint32_t broken() const { return _broken; }

private:
    void drop(size_t count);

    uint8_t _buffer[kFrameOverhead + kMaxContent];
    size_t _size = 0;
    size_t _taken = 0;
    uint32_t _broken = 0;
};

}  // namespace scanner
