#pragma once
#include "base/fixed_text.h"
#include "desk/sensor_desk.h"

namespace scanner {

// What was found out, hop by hop.
struct Findings {
    SensorHealth sensor = SensorHealth::Starting;
    bool isPasswordWrong = false;
    uint32_t sensorBytes = 0;   // heard while it was last looked for
    uint32_t sensorFrames = 0;  // of them good packets

    enum class Wifi { NotSetUp, NotFound, WrongPassword, NoAddress, Up };
    Wifi wifi = Wifi::NotSetUp;
    int rssi = 0;

    enum class Gateway { NotSetUp, NameUnknown, NoAnswer, Refused, CertificateWrong, Reachable };
    Gateway gateway = Gateway::NotSetUp;

    enum class Broker { NotTried, NoAnswer, SecretWrong, Busy, Connected };
    Broker broker = Broker::NotTried;
};

using Sentence = FixedText<200>;

// The sensor's part of the findings.
void lookAtSensor(const SensorDesk& sensor, Findings& findings);

// The place where it fails, in words: what is wrong, and what to do about it.
Sentence sensorSentence(const Findings& findings);
Sentence wifiSentence(const Findings& findings);
Sentence gatewaySentence(const Findings& findings);
Sentence brokerSentence(const Findings& findings);

}  // namespace scanner
