#include "emulator/sensor_emulator.h"

#include <algorithm>

#include "emulator/wire.h"

namespace emulator {

namespace {

constexpr uint8_t kCommand = 0x01;
constexpr uint8_t kAck = 0x07;

uint16_t word(const Buffer& from, size_t at) { return static_cast<uint16_t>(from[at] << 8 | from[at + 1]); }

// How long an R307 takes, by instruction.
Millis latencyOf(uint8_t op) {
    switch (op) {
        case 0x01: return 120;
        case 0x02: return 350;
        case 0x04: return 250;
        case 0x05: return 200;
        case 0x06: return 120;
        default: return 15;
    }
}

}  // namespace

void SensorEmulator::powerOn(Millis now) {
    if (_isOn) return;
    _isOn = true;
    _isStuck = false;
    _isUnlocked = _nature.password == 0;
    _readyAt = now + (_nature.latency > 0 ? 300 : 0);
    _busyUntil = _readyAt;
    if (_nature.glitchesAtPowerUp) _output.push_back({now, {0x00}});
    if (_nature.saysReady) _output.push_back({_readyAt, {0x55}});
}

void SensorEmulator::powerOff() {
    _isOn = false;
    _image = 0;
    _buffers.fill(0);
    _input.clear();
    _output.clear();
}

void SensorEmulator::receive(Millis now, const Buffer& bytes, uint32_t baud) {
    Wire::all().see(bytes);
    if (!_isOn || _isStuck || now < _readyAt || baud != _nature.baud) return;
    _input.insert(_input.end(), bytes.begin(), bytes.end());
    while (_input.size() >= 11) {
        if (_input[0] != 0xEF || _input[1] != 0x01) {
            _input.erase(_input.begin());
            continue;
        }
        const size_t length = word(_input, 7);
        if (_input.size() < 9 + length) return;
        const Buffer frame(_input.begin(), _input.begin() + static_cast<long>(9 + length));
        _input.erase(_input.begin(), _input.begin() + static_cast<long>(9 + length));
        const uint32_t address = static_cast<uint32_t>(word(frame, 2)) << 16 | word(frame, 4);
        if (address != _nature.address || frame[6] != kCommand || length < 3) continue;
        uint16_t sum = 0;
        for (size_t i = 6; i + 2 < frame.size(); i++) sum = static_cast<uint16_t>(sum + frame[i]);
        if (sum != word(frame, frame.size() - 2)) {
            send(now + 5, {0x01});
            continue;
        }
        handle(now, Buffer(frame.begin() + 9, frame.end() - 2));
    }
}

Buffer SensorEmulator::take(Millis now) {
    Buffer arrived;
    std::stable_sort(_output.begin(), _output.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    while (!_output.empty() && _output.front().at <= now) {
        arrived.insert(arrived.end(), _output.front().bytes.begin(), _output.front().bytes.end());
        _output.erase(_output.begin());
    }
    return arrived;
}

Millis SensorEmulator::wakeAt() const {
    Millis at = UINT64_MAX;
    for (const Outgoing& outgoing : _output) at = std::min(at, outgoing.at);
    return at;
}

void SensorEmulator::handle(Millis now, const Buffer& content) {
    _commands++;
    if (happens(faults.ignoredCommand)) return;
    if (happens(faults.stuckBusy)) {
        _isStuck = true;
        return;
    }
    // It works in order: what it is told meanwhile waits.
    Millis delay = static_cast<Millis>(static_cast<double>(latencyOf(content[0])) * _nature.latency);
    const Buffer reply = answer(content, delay);
    if (reply.empty()) return;
    if (happens(faults.lateReply)) delay += 2500;
    _busyUntil = std::max(_busyUntil, now) + delay;
    if (cutPowerAfterStore && content[0] == 0x06 && reply[0] == 0) {
        if (losesCutStore) library.erase(word(content, 2));
        wasCut = true;
        return;
    }
    if (happens(faults.wrongReply)) {
        send(_busyUntil, {0x00, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC});
        return;
    }
    send(_busyUntil, reply);
}

Buffer SensorEmulator::answer(const Buffer& content, Millis& delay) {
    const uint8_t op = content[0];
    const auto has = [&](size_t parameters) { return content.size() == 1 + parameters; };
    if (op == 0x13 && has(4)) {
        const uint32_t given = static_cast<uint32_t>(word(content, 1)) << 16 | word(content, 3);
        _isUnlocked = _isUnlocked || given == _nature.password;
        return {static_cast<uint8_t>(given == _nature.password ? 0x00 : 0x13)};
    }
    if (!_isUnlocked) return {0x21};
    if (ignores.count(op) != 0) return {};
    const auto said = says.find(op);
    if (said != says.end()) return {said->second};
    switch (op) {
        case 0x01:
            _image = _finger;
            return {static_cast<uint8_t>(_finger == 0 ? 0x02 : 0x00)};
        case 0x02: return features(content[1]);
        case 0x03: {
            const bool isSame = _buffers[0] != 0 && _buffers[0] == _buffers[1] && !happens(faults.mismatch);
            return isSame ? Buffer{0x00, 0x00, 0x60} : Buffer{0x08, 0x00, 0x00};
        }
        case 0x04: return search(content[1], word(content, 2), word(content, 4));
        case 0x05: return merge();
        case 0x06: return store(content[1], word(content, 2));
        case 0x07: {
            const auto found = library.find(word(content, 2));
            if (word(content, 2) >= _nature.capacity) return {0x0B};
            if (found == library.end()) return {0x0C};
            _buffers[static_cast<size_t>(bufferOf(content[1]))] = found->second;
            return {0x00};
        }
        case 0x0C:
            if (word(content, 1) >= _nature.capacity) return {0x0B};
            if (keepsErased > 0) {
                keepsErased--;
                return {0x00};
            }
            for (int i = 0; i < word(content, 3); i++) library.erase(static_cast<uint16_t>(word(content, 1) + i));
            return {0x00};
        case 0x0F:
            if (_nature.garblesParameters) return Buffer{0x00, 9, 9, 9, 9, 0xFF, 0xFE, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
            return _nature.knowsParameters ? parameters() : Buffer{};
        case 0x1D: return {0x00, static_cast<uint8_t>(library.size() >> 8), static_cast<uint8_t>(library.size())};
        case 0x36:
            if (_nature.buffers == 6) return {0x00};
            break;
        default: break;
    }
    delay = 5;
    return _nature.refusesUnknown ? Buffer{0xFC} : Buffer{};
}

Buffer SensorEmulator::features(uint8_t buffer) {
    if (_image == 0) return {0x15};
    if (happens(faults.badImage)) return {static_cast<uint8_t>(_random() % 2 == 0 ? 0x06 : 0x07)};
    // With six, the first begins a new set.
    if (_nature.buffers == 6 && buffer == 1) _buffers.fill(0);
    _buffers[static_cast<size_t>(bufferOf(buffer))] = _image;
    return {0x00};
}

// The model lies in buffers 1 and 2 afterwards; what did not fit is left as it was.
Buffer SensorEmulator::merge() {
    if (_buffers[0] == 0 || _buffers[0] != _buffers[1] || happens(faults.mismatch)) return {0x0A};
    for (size_t i = 2; i < 6; i++) {
        if (_nature.buffers == 6 && _buffers[i] != 0 && _buffers[i] != _buffers[0]) return {0x0A};
    }
    return {0x00};
}

Buffer SensorEmulator::store(uint8_t buffer, uint16_t slot) {
    if (slot >= _nature.capacity) return {0x0B};
    const int finger = _buffers[static_cast<size_t>(_nature.buffers == 6 ? 0 : bufferOf(buffer))];
    if (finger == 0) return {0x18};
    if (losesStores > 0) {
        losesStores--;
    } else {
        library[slot] = finger;
    }
    return {0x00};
}

Buffer SensorEmulator::search(uint8_t buffer, uint16_t start, uint16_t count) {
    const int finger = _buffers[static_cast<size_t>(bufferOf(buffer))];
    if (claimsSlot >= 0) return {0x00, static_cast<uint8_t>(claimsSlot >> 8), static_cast<uint8_t>(claimsSlot), 0x00, 0x78};
    for (const auto& [slot, stored] : library) {
        if (slot < start || slot >= start + count || stored != finger || happens(faults.mismatch)) continue;
        return {0x00, static_cast<uint8_t>(slot >> 8), static_cast<uint8_t>(slot), 0x00, 0x78};
    }
    return {0x09, 0, 0, 0, 0};
}

Buffer SensorEmulator::parameters() const {
    Buffer reply{0x00, 0x00, 0x00, 0x00, 0x09};
    const auto put = [&](uint32_t value, int bytes) {
        for (int i = bytes - 1; i >= 0; i--) reply.push_back(static_cast<uint8_t>(value >> (8 * i)));
    };
    put(_nature.capacity, 2);
    put(3, 2);
    put(_nature.address, 4);
    put(2, 2);
    put(_nature.baud / 9600, 2);
    return reply;
}

Buffer SensorEmulator::packet(const Buffer& content) const {
    Buffer made{0xEF, 0x01};
    for (int i = 3; i >= 0; i--) made.push_back(static_cast<uint8_t>(_nature.address >> (8 * i)));
    made.push_back(kAck);
    const size_t length = content.size() + 2;
    made.push_back(static_cast<uint8_t>(length >> 8));
    made.push_back(static_cast<uint8_t>(length));
    made.insert(made.end(), content.begin(), content.end());
    uint16_t sum = 0;
    for (size_t i = 6; i < made.size(); i++) sum = static_cast<uint16_t>(sum + made[i]);
    made.push_back(static_cast<uint8_t>(sum >> 8));
    made.push_back(static_cast<uint8_t>(sum));
    return made;
}

void SensorEmulator::send(Millis at, const Buffer& content) {
    Buffer bytes = packet(content);
    if (happens(faults.flippedBit)) bytes[_random() % bytes.size()] ^= static_cast<uint8_t>(1u << _random() % 8);
    if (happens(faults.droppedByte)) bytes.erase(bytes.begin() + static_cast<long>(_random() % bytes.size()));
    if (happens(faults.garbage)) {
        Buffer noise(1 + _random() % 12);
        for (uint8_t& byte : noise) byte = _random() % 4 == 0 ? 0xEF : static_cast<uint8_t>(_random());
        bytes.insert(bytes.begin(), noise.begin(), noise.end());
    }
    if (!_nature.splitsReads) {
        _output.push_back({at, bytes});
        return;
    }
    for (size_t i = 0; i < bytes.size();) {
        const size_t count = std::min<size_t>(1 + _random() % 5, bytes.size() - i);
        const auto from = bytes.begin() + static_cast<long>(i);
        _output.push_back({at++, Buffer(from, from + static_cast<long>(count))});
        i += count;
    }
}

// Two-buffer sensors take every other number for buffer 2.
int SensorEmulator::bufferOf(uint8_t number) const {
    if (_nature.buffers == 6 && number >= 1 && number <= 6) return number - 1;
    return number == 1 ? 0 : 1;
}

}  // namespace emulator
