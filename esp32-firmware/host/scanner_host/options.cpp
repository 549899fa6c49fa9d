#include "scanner_host/options.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

static const char kUsage[] =
    "usage: scanner-host [--host ADDRESS] [--port N] [--device ID] [--secret TEXT] [--flash FILE] [--sensor FILE]\n"
    "                    [--serial PORT] [--seed N] [--speed N] [--faults NAME=CHANCE,...] [--audit FILE] [--wire FILE]\n"
    "                    [--selftest 1] [--alone 1] [--cut-power-at WRITE] [--cut-line-at PUBLICATION] [--cut-line-every PUBLICATIONS]\n"
    "\n"
    "The firmware's core on this computer, with an emulated sensor (or a real one on PORT) and its flash in a file.\n"
    "A person does what its LED says. --selftest says of sensor, gateway and broker whether they work, and ends. Faults: garbage, dropped, flipped, late, wrong, ignored, stuck, image, mismatch.\n";

[[noreturn]] static void explain(const std::string& problem) {
    fprintf(stderr, "%s\n%s", problem.c_str(), kUsage);
    exit(2);
}

static uint64_t numberOf(const std::string& name, const std::string& text) {
    char* end = nullptr;
    const uint64_t number = strtoull(text.c_str(), &end, 10);
    if (text.empty() || *end != 0) explain(name + " needs a number, not '" + text + "'");
    return number;
}

static void readFaults(const std::string& text, emulator::Faults& faults) {
    const std::map<std::string, double*> known{
        {"garbage", &faults.garbage}, {"dropped", &faults.droppedByte},     {"flipped", &faults.flippedBit},
        {"late", &faults.lateReply},  {"wrong", &faults.wrongReply},        {"ignored", &faults.ignoredCommand},
        {"stuck", &faults.stuckBusy}, {"image", &faults.badImage},          {"mismatch", &faults.mismatch}};
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find(',', at), text.size());
        const std::string each = text.substr(at, end - at);
        const size_t equals = each.find('=');
        const auto found = known.find(each.substr(0, equals));
        if (equals == std::string::npos || found == known.end()) explain("no such fault: " + each);
        *found->second = strtod(each.c_str() + equals + 1, nullptr);
        at = end + 1;
    }
}

Options readOptions(int count, char** arguments) {
    Options options;
    const std::map<std::string, std::string*> texts{{"--host", &options.host},     {"--device", &options.device}, {"--secret", &options.secret},
                                                    {"--flash", &options.flash},   {"--sensor", &options.sensor}, {"--serial", &options.serial},
                                                    {"--audit", &options.audit},   {"--wire", &options.wire}};
    for (int i = 1; i < count; i += 2) {
        const std::string name = arguments[i];
        if (name == "--help") {
            fputs(kUsage, stdout);
            exit(0);
        }
        if (i + 1 == count) explain(name + " needs a value");
        const std::string value = arguments[i + 1];
        const auto text = texts.find(name);
        if (text != texts.end()) {
            *text->second = value;
        } else if (name == "--port") {
            options.port = static_cast<int>(numberOf(name, value));
        } else if (name == "--seed") {
            options.seed = static_cast<uint32_t>(numberOf(name, value));
        } else if (name == "--speed") {
            options.speed = static_cast<uint32_t>(numberOf(name, value));
        } else if (name == "--cut-power-at") {
            options.cutPowerAt = numberOf(name, value);
        } else if (name == "--cut-line-at") {
            options.cutLineAt = numberOf(name, value);
        } else if (name == "--cut-line-every") {
            options.cutLineEvery = numberOf(name, value);
        } else if (name == "--selftest") {
            options.isSelfTest = numberOf(name, value) != 0;
        } else if (name == "--alone") {
            options.isAlone = numberOf(name, value) != 0;
        } else if (name == "--faults") {
            readFaults(value, options.faults);
        } else {
            explain("no such option: " + name);
        }
    }
    return options;
}
