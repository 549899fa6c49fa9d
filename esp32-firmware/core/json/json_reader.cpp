#include "json/json_reader.h"

namespace scanner {

namespace {

bool isDigit(char character) { return character >= '0' && character <= '9'; }

// Steps over JSON; every step says false where it is none.
class Cursor {
public:
    explicit Cursor(std::string_view text) : _text(text) {}

    size_t place() const { return _at; }
    bool atEnd() const { return _at == _text.size(); }
    char peek() const { return atEnd() ? '\0' : _text[_at]; }

    void skipSpace() {
        while (!atEnd() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) _at++;
    }

    bool take(char character) {
        if (atEnd() || peek() != character) return false;
        _at++;
        return true;
    }

    bool text(std::string_view& raw) {
        if (!take('"')) return false;
        const size_t start = _at;
        for (; !atEnd(); _at++) {
            const char character = peek();
            if (static_cast<unsigned char>(character) < 0x20) return false;
            if (character == '"') {
                raw = _text.substr(start, _at - start);
                _at++;
                return true;
            }
            if (character == '\\' && !escape()) return false;
        }
        return false;
    }

    // Anything; of objects and arrays the outermost brackets are `raw`.
    bool value(JsonValue& value) {
        skipSpace();
        const size_t start = _at;
        switch (peek()) {
            case '"': value.kind = JsonValue::Kind::Text; return text(value.raw);
            case '{': value.kind = JsonValue::Kind::Object; break;
            case '[': value.kind = JsonValue::Kind::Array; break;
            default: return scalar(value);
        }
        if (!nested()) return false;
        value.raw = _text.substr(start, _at - start);
        return true;
    }

private:
    bool word(std::string_view expected) {
        if (_text.substr(_at, expected.size()) != expected) return false;
        _at += expected.size();
        return true;
    }

    bool escape() {
        _at++;
        const char kind = peek();
        if (kind != 'u') return kind != '\0' && std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
        for (int i = 0; i < 4; i++) {
            _at++;
            const char hex = static_cast<char>(peek() | 0x20);
            if (!isDigit(peek()) && !(hex >= 'a' && hex <= 'f')) return false;
        }
        return true;
    }

    bool digits() {
        const size_t start = _at;
        while (isDigit(peek())) _at++;
        return _at > start;
    }

    bool number() {
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (peek() == 'e' || peek() == 'E') {
            _at++;
            if (!take('+')) take('-');
            return digits();
        }
        return true;
    }

    bool scalar(JsonValue& value) {
        const size_t start = _at;
        bool isGood;
        switch (peek()) {
            case 'n':
                value.kind = JsonValue::Kind::Null;
                isGood = word("null");
                break;
            case 't':
                value.kind = JsonValue::Kind::True;
                isGood = word("true");
                break;
            case 'f':
                value.kind = JsonValue::Kind::False;
                isGood = word("false");
                break;
            default:
                value.kind = JsonValue::Kind::Number;
                isGood = number();
        }
        value.raw = _text.substr(start, _at - start);
        return isGood;
    }

    // Objects and arrays, with a bit for each open bracket instead of recursion.
    bool nested() {
        uint32_t objects = 0;
        int depth = 0;
        while (true) {
            const bool isObject = peek() == '{';
            _at++;
            if (++depth > JsonReader::kMaxDepth) return false;
            objects = (objects << 1) | (isObject ? 1u : 0u);
            skipSpace();
            bool isClosed = take(isObject ? '}' : ']');
            while (true) {
                if (isClosed) {
                    objects >>= 1;
                    if (--depth == 0) return true;
                    skipSpace();
                    if (take((objects & 1) != 0 ? '}' : ']')) continue;
                    if (!take(',')) return false;
                    skipSpace();
                }
                if ((objects & 1) != 0 && !key()) return false;
                skipSpace();
                if (peek() == '{' || peek() == '[') break;
                JsonValue ignored;
                std::string_view raw;
                if (peek() == '"' ? !text(raw) : !scalar(ignored)) return false;
                skipSpace();
                isClosed = take((objects & 1) != 0 ? '}' : ']');
                if (isClosed) continue;
                if (!take(',')) return false;
                skipSpace();
            }
        }
    }

    bool key() {
        std::string_view raw;
        if (!text(raw)) return false;
        skipSpace();
        return take(':');
    }

    std::string_view _text;
    size_t _at = 0;
};

// The escapes of a text, one character at a time.
int hexOf(std::string_view digits) {
    int value = 0;
    for (const char digit : digits.substr(0, 4)) {
        value = value * 16 + (isDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
    }
    return value;
}

char plainOf(char escaped) {
    switch (escaped) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return escaped;
    }
}

}  // namespace

bool JsonReader::isObject() const {
    Cursor cursor(_text);
    cursor.skipSpace();
    if (cursor.peek() != '{') return false;
    JsonValue whole;
    if (!cursor.value(whole)) return false;
    cursor.skipSpace();
    return cursor.atEnd();
}

bool JsonReader::find(std::string_view name, JsonValue& value) const {
    Cursor cursor(_text);
    bool isFound = false;
    cursor.skipSpace();
    cursor.take('{');
    while (true) {
        std::string_view key;
        JsonValue each;
        cursor.skipSpace();
        if (!cursor.text(key)) return isFound;
        cursor.skipSpace();
        if (!cursor.take(':') || !cursor.value(each)) return isFound;
        if (key == name) {
            value = each;
            isFound = true;
        }
        cursor.skipSpace();
        if (!cursor.take(',')) return isFound;
    }
}

std::optional<uint32_t> JsonValue::whole() const {
    if (kind != Kind::Number || raw.empty() || raw.size() > 9) return {};
    uint32_t value = 0;
    for (const char digit : raw) {
        if (!isDigit(digit)) return {};
        value = value * 10 + static_cast<uint32_t>(digit - '0');
    }
    return value;
}

std::optional<int64_t> JsonValue::rounded() const {
    if (kind != Kind::Number || raw.find('e') != raw.npos || raw.find('E') != raw.npos) return {};
    const bool isNegative = raw[0] == '-';
    JsonValue positive{Kind::Number, raw.substr(isNegative ? 1 : 0, raw.find('.') - (isNegative ? 1 : 0))};
    if (raw.find('.') == raw.npos) positive.raw = raw.substr(isNegative ? 1 : 0);
    const std::optional<uint32_t> value = positive.whole();
    if (!value) return {};
    return isNegative ? -static_cast<int64_t>(*value) : static_cast<int64_t>(*value);
}

bool JsonValue::copyText(char* to, size_t room, size_t& size) const {
    if (kind != Kind::Text) return false;
    size = 0;
    for (size_t at = 0; at < raw.size(); at++) {
        if (size == room) return false;
        if (raw[at] != '\\') {
            to[size++] = raw[at];
            continue;
        }
        at++;
        if (raw[at] != 'u') {
            to[size++] = plainOf(raw[at]);
            continue;
        }
        // Ids and commands are ASCII; what is not, is not one of ours.
        const int code = hexOf(raw.substr(at + 1));
        if (code == 0 || code > 0x7E) return false;
        to[size++] = static_cast<char>(code);
        at += 4;
    }
    return true;
}

}  // namespace scanner
