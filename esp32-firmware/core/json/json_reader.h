#pragma once
#include <optional>

#include "base/bytes.h"

namespace scanner {

// A value of an object: its kind, and its text as it stands there (a string without its quotes, escapes still in it).
struct JsonValue {
    enum class Kind { Null, True, False, Number, Text, Object, Array };
    Kind kind = Kind::Null;
    std::string_view raw;

    // Without fraction and sign.
    std::optional<uint32_t> whole() const;
    // Seconds and the like, rounded down.
    std::optional<int64_t> rounded() const;
    // False when it is no text, or longer than the room, or not UTF-8 after its escapes.
    bool copyText(char* to, size_t room, size_t& size) const;
};

// Reads one JSON object whose fields it walks over one by one; no heap, no recursion, nesting of kMaxDepth at most.
class JsonReader {
public:
    static constexpr int kMaxDepth = 8;

    explicit JsonReader(std::string_view text) : _text(text) {}

    // Whether the whole text is one JSON object.
    bool isObject() const;

    // The field of that name; the last one when it is there twice. Only where isObject().
    bool find(std::string_view name, JsonValue& value) const;

private:
    std::string_view _text;
};

}  // namespace scanner
