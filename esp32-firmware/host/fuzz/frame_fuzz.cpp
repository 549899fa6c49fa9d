// Any bytes at all, in any pieces, to the parser of the sensor's packets and to the link above it (libFuzzer).
#include <cstdlib>

#include "sensor/sensor_link.h"

using namespace scanner;

static void parse(Bytes bytes) {
    FrameParser parser;
    Frame frame;
    for (const uint8_t byte : bytes) {
        parser.push(byte);
        while (parser.next(frame)) {
            // A frame that is given out is a good one: written again it is the same bytes.
            uint8_t again[kFrameOverhead + kMaxContent];
            if (writeFrame(frame, again, sizeof again) != kFrameOverhead + frame.content.size) abort();
        }
    }
}

static void link(Bytes bytes) {
    static const Instruction kAsked[] = {instruction::getImage(), instruction::search(1, 1000), instruction::count()};
    SensorLink link;
    Reply reply;
    Millis now = 0;
    for (size_t at = 0; at < bytes.size;) {
        if (!link.isBusy()) link.begin(now, kAsked[bytes[at] % 3]);
        link.takeOutput();
        const size_t count = bytes[at] % 40 + 1u < bytes.size - at ? bytes[at] % 40 + 1u : bytes.size - at;
        now += bytes[at] * 10u;
        if (link.step(now, {bytes.data + at, count}, reply) && reply.data.size > kMaxContent) abort();
        at += count;
    }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    parse({data, size});
    link({data, size});
    return 0;
}
