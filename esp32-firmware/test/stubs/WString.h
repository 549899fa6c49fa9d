#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

class __FlashStringHelper;
class StringSumHelper;

class String {
public:
    String(const char* cstr = "");
    String(const char* cstr, unsigned int length);
    String(const String& str);
    String(const __FlashStringHelper* str);
    String(String&& rval);
    String(StringSumHelper&& rval);
    explicit String(char c);
    explicit String(int, unsigned char base = 10);
    explicit String(unsigned int, unsigned char base = 10);
    ~String(void);
    String& operator=(const String& rhs);
    String& operator=(const char* cstr);
    unsigned int length(void) const;
    bool operator==(const String& rhs) const;
    bool operator==(const char* cstr) const;
    bool operator!=(const String& rhs) const;
    bool operator!=(const char* cstr) const;
    String substring(unsigned int beginIndex) const;
    String substring(unsigned int beginIndex, unsigned int endIndex) const;
    const char* c_str() const;
    friend StringSumHelper& operator+(const StringSumHelper& lhs, const String& rhs);
    friend StringSumHelper& operator+(const StringSumHelper& lhs, const char* cstr);
};

class StringSumHelper : public String {
public:
    StringSumHelper(const String& s) : String(s) {}
    StringSumHelper(const char* p) : String(p) {}
    StringSumHelper(char c) : String(c) {}
    StringSumHelper(int num) : String(num) {}
    StringSumHelper(unsigned int num) : String(num) {}
};

extern const String emptyString;
