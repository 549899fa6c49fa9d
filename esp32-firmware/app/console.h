#pragma once
#include <functional>

#include "base/fixed_text.h"
#include "diagnosis/self_test.h"
#include "esp32/credentials.h"

// The serial line: a word and what belongs to it. What was set up goes in, and never out again.
class Console {
public:
    struct World {
        std::function<scanner::Findings()> findings;
        std::function<void()> printStatus;
        std::function<void()> openPortal;
    };

    Console(Credentials& credentials, World world) : _credentials(credentials), _world(std::move(world)) {}

    void step();

private:
    void obey(std::string_view line);
    void saveWifi(std::string_view rest);
    void saveSensorPassword(std::string_view rest);
    void selfTest();
    void paste(std::string_view line);

    Credentials& _credentials;
    World _world;
    scanner::FixedText<2600> _line;
    scanner::Certificate _certificate;
    bool _isPasting = false;
};
