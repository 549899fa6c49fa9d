#pragma once
#include "base/fixed_text.h"

namespace scanner {

// Writes one flat JSON object into fixed room.
template <size_t N>
class JsonWriter {
public:
    JsonWriter() { _text.push('{'); }

    JsonWriter& text(std::string_view name, std::string_view value) {
        key(name);
        _text.push('"');
        for (const char character : value) escape(character);
        _text.push('"');
        return *this;
    }

    JsonWriter& number(std::string_view name, int64_t value) {
        key(name);
        if (value < 0) _text.push('-');
        _text.append(value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value));
        return *this;
    }

    JsonWriter& flag(std::string_view name, bool value) {
        key(name);
        _text.append(value ? "true" : "false");
        return *this;
    }

    JsonWriter& null(std::string_view name) {
        key(name);
        _text.append("null");
        return *this;
    }

    // Empty when it did not fit: half an object is none.
    std::string_view end() {
        _text.push('}');
        return _text.overflowed() ? std::string_view() : _text.view();
    }

private:
    void key(std::string_view name) {
        if (_text.size() > 1) _text.push(',');
        _text.push('"');
        _text.append(name);
        _text.append("\":");
    }

    void escape(char character) {
        static constexpr char kHex[] = "0123456789abcdef";
        const auto code = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            _text.push('\\');
            _text.push(character);
        } else if (code < 0x20) {
            _text.append("\\u00");
            _text.push(kHex[code >> 4]);
            _text.push(kHex[code & 0x0F]);
        } else {
            _text.push(character);
        }
    }

    FixedText<N> _text;
};

}  // namespace scanner
