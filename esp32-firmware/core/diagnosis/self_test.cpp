#include "diagnosis/self_test.h"

namespace scanner {

void lookAtSensor(const SensorDesk& sensor, Findings& findings) {
    findings.sensor = sensor.health();
    findings.isPasswordWrong = sensor.health() == SensorHealth::Error;
    findings.sensorBytes = sensor.heard().bytes;
    findings.sensorFrames = sensor.heard().frames;
}

Sentence sensorSentence(const Findings& findings) {
    if (findings.sensor == SensorHealth::Ok) return Sentence("sensor: ok");
    if (findings.sensor == SensorHealth::Starting) return Sentence("sensor: still being looked for; ask again in ten seconds");
    if (findings.isPasswordWrong) {
        return Sentence("sensor: FAULT. It answers, but has another password; set it with `sensor-password`.");
    }
    if (findings.sensorFrames > 0) {
        return Sentence("sensor: FAULT. It answers, but not to everything: its supply is weak, or it is broken. Try 5 V of its own.");
    }
    if (findings.sensorBytes > 0) {
        return Sentence("sensor: WIRING. Something arrives, but no packet: a loose ground, a supply too weak, or another kind of sensor.");
    }
    return Sentence("sensor: WIRING. Not a byte arrives: RX and TX swapped, another pin, or no supply. Does its light come on?");
}

Sentence wifiSentence(const Findings& findings) {
    switch (findings.wifi) {
        case Findings::Wifi::NotSetUp: return Sentence("wifi: not set up. Give `wifi NAME PASSWORD`.");
        case Findings::Wifi::NotFound: return Sentence("wifi: FAULT. The network is not in reach, or is 5 GHz only.");
        case Findings::Wifi::WrongPassword: return Sentence("wifi: FAULT. The network refuses the password.");
        case Findings::Wifi::NoAddress: return Sentence("wifi: FAULT. Joined, but no address came: ask for its DHCP.");
        case Findings::Wifi::Up: break;
    }
    Sentence sentence("wifi: ok, signal -");
    sentence.append(static_cast<uint64_t>(findings.rssi < 0 ? -findings.rssi : findings.rssi)).append(" dBm");
    if (findings.rssi < -75) sentence.append(", which is weak");
    return sentence;
}

Sentence gatewaySentence(const Findings& findings) {
    if (findings.wifi != Findings::Wifi::Up) return Sentence("gateway: not tried, there is no wifi");
    switch (findings.gateway) {
        case Findings::Gateway::NotSetUp: return Sentence("gateway: not set up. Give `gateway {…}` as the console's code says.");
        case Findings::Gateway::NameUnknown: return Sentence("gateway: FAULT. Nobody knows its name here; use its address.");
        case Findings::Gateway::NoAnswer: return Sentence("gateway: FAULT. No answer: it is off, or a firewall or another network is between.");
        case Findings::Gateway::Refused: return Sentence("gateway: FAULT. The computer answers, but nothing listens on that port: is Gateway running?");
        case Findings::Gateway::CertificateWrong: return Sentence("gateway: FAULT. Its certificate is not the one this scanner trusts.");
        case Findings::Gateway::Reachable: break;
    }
    return Sentence("gateway: ok");
}

Sentence brokerSentence(const Findings& findings) {
    if (findings.gateway != Findings::Gateway::Reachable) return Sentence("broker: not tried, the gateway is not in reach");
    switch (findings.broker) {
        case Findings::Broker::NotTried: return Sentence("broker: not tried yet");
        case Findings::Broker::NoAnswer: return Sentence("broker: FAULT. The port is open, but no MQTT answers: is it the right one?");
        case Findings::Broker::SecretWrong: return Sentence("broker: FAULT. It refuses this scanner: unknown device, or a secret that was replaced.");
        case Findings::Broker::Busy: return Sentence("broker: FAULT. It cannot take us now; see the gateway's log.");
        case Findings::Broker::Connected: break;
    }
    return Sentence("broker: ok");
}

}  // namespace scanner
