#include "sensor/frame.h"

namespace scanner {

static constexpr uint8_t kStart0 = 0xEF;
static constexpr uint8_t kStart1 = 0x01;
static constexpr size_t kHead = 9;

static uint16_t sumOf(const uint8_t* kind, size_t count) {
    uint16_t sum = 0;
    for (size_t i = 0; i < count; i++) sum = static_cast<uint16_t>(sum + kind[i]);
    return sum;
}

size_t writeFrame(const Frame& frame, uint8_t* to, size_t room) {
    const size_t content = frame.content.size;
    if (content > kMaxContent || room < kFrameOverhead + content) return 0;
    to[0] = kStart0;
    to[1] = kStart1;
    putBig32(to + 2, frame.address);
    to[6] = static_cast<uint8_t>(frame.kind);
    putBig16(to + 7, static_cast<uint16_t>(content + 2));
    if (content > 0) memcpy(to + kHead, frame.content.data, content);
    putBig16(to + kHead + content, sumOf(to + 6, 3 + content));
    return kFrameOverhead + content;
}

void FrameParser::push(uint8_t byte) {
    drop(_taken);
    if (_size == sizeof _buffer) drop(1);
    _buffer[_size++] = byte;
}

// A frame with a dropped byte swallows the start of the next one. So what proves wrong costs one byte, not its whole
// length: the rest is looked at again.
bool FrameParser::next(Frame& frame) {
    drop(_taken);
    while (_size > 0) {
        if (_buffer[0] != kStart0 || (_size > 1 && _buffer[1] != kStart1)) {
            drop(1);
            continue;
        }
        if (_size < kHead) return false;
        const size_t length = getBig16(_buffer + 7);
        if (length < 2 || length > kMaxContent + 2) {
            _broken++;
            drop(1);
            continue;
        }
        const size_t whole = kHead + length;
        if (_size < whole) return false;
        if (getBig16(_buffer + whole - 2) != sumOf(_buffer + 6, 3 + length - 2)) {
            _broken++;
            drop(1);
            continue;
        }
        frame = {getBig32(_buffer + 2), static_cast<FrameKind>(_buffer[6]), {_buffer + kHead, length - 2}};
        _taken = whole;
        return true;
    }
    return false;
}

void FrameParser::drop(size_t count) {
    _size -= count;
    if (count > 0) memmove(_buffer, _buffer + count, _size);
    _taken = 0;
}

}  // namespace scanner
