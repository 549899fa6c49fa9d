#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace scanner {

// Text of at most N characters, without heap. What does not fit is cut, and told by overflowed().
template <size_t N>
class FixedText {
public:
    FixedText() = default;
    explicit FixedText(std::string_view text) { append(text); }

    std::string_view view() const { return {_characters, _size}; }
    const char* c_str() const { return _characters; }
    size_t size() const { return _size; }
    bool empty() const { return _size == 0; }
    bool overflowed() const { return _overflowed; }

    void clear() {
        _size = 0;
        _overflowed = false;
        _characters[0] = 0;
    }

    FixedText& append(std::string_view text) {
        for (const char character : text) push(character);
        return *this;
    }

    FixedText& append(uint64_t number) {
        char digits[20];
        size_t count = 0;
        do {
            digits[count++] = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number > 0);
        while (count > 0) push(digits[--count]);
        return *this;
    }

    void push(char character) {
        if (_size == N) {
            _overflowed = true;
            return;
        }
        _characters[_size++] = character;
        _characters[_size] = 0;
    }

    void assign(std::string_view text) {
        clear();
        append(text);
    }

    bool operator==(std::string_view text) const { return view() == text; }
    bool operator!=(std::string_view text) const { return view() != text; }

private:
    char _characters[N + 1] = {};
    size_t _size = 0;
    bool _overflowed = false;
};

}  // namespace scanner
