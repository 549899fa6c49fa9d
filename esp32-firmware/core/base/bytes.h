#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace scanner {

// Bytes that somebody else owns.
struct Bytes {
    const uint8_t* data = nullptr;
    size_t size = 0;

    constexpr Bytes() = default;
    constexpr Bytes(const uint8_t* start, size_t count) : data(start), size(count) {}

    static Bytes of(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }
    std::string_view text() const { return {reinterpret_cast<const char*>(data), size}; }

    constexpr uint8_t operator[](size_t index) const { return data[index]; }
    constexpr const uint8_t* begin() const { return data; }
    constexpr const uint8_t* end() const { return data + size; }
    constexpr bool empty() const { return size == 0; }
    constexpr Bytes from(size_t offset) const { return {data + offset, size - offset}; }
};

inline void putBig16(uint8_t* to, uint16_t value) {
    to[0] = static_cast<uint8_t>(value >> 8);
    to[1] = static_cast<uint8_t>(value);
}

inline void putBig32(uint8_t* to, uint32_t value) {
    putBig16(to, static_cast<uint16_t>(value >> 16));
    putBig16(to + 2, static_cast<uint16_t>(value));
}

inline uint16_t getBig16(const uint8_t* from) { return static_cast<uint16_t>((from[0] << 8) | from[1]); }

inline uint32_t getBig32(const uint8_t* from) {
    return (static_cast<uint32_t>(getBig16(from)) << 16) | getBig16(from + 2);
}

}  // namespace scanner
