#pragma once
#include "desk/enrollment_desk.h"
#include "messages/command.h"

namespace scanner {

// Carries out the gateway's commands, each once, and answers each as often as it comes. An answer is written only when
// the command is done or refused for good: what a loss of power cuts off comes again from the gateway.
class CommandDesk {
public:
    CommandDesk(Store& store, Reporter& reporter, SensorDesk& sensor, EnrollmentDesk& enrollments)
        : _store(store), _reporter(reporter), _sensor(sensor), _enrollments(enrollments) {}

    void receive(Millis now, Bytes payload);
    void step(Millis now);

    // True once the answer to a restart is with the gateway, or has waited long enough.
    bool wantsRestart(Millis now) const;

    // Somebody looks for this scanner among others.
    bool isLocated(Millis now) const { return now < _locatedUntil; }

    uint32_t notUnderstood() const { return _notUnderstood; }

private:
    static constexpr size_t kQueue = 8;
    static constexpr Millis kSensorPatience = 8'000;
    static constexpr Millis kRestartPatience = 5'000;
    static constexpr Millis kLocated = 15'000;
    static constexpr Millis kDefaultLease = 300'000;

    // False while it has to wait for the sensor, or for what comes before it.
    bool carryOut(Millis now, const Command& command, Millis received);
    bool enroll(Millis now, const Command& command, Millis received);
    bool erase(Millis now, const Command& command, Millis received);
    void resend(Millis now, const Command& command);
    bool queued(std::string_view id) const;
    void removeFirst();
    void forgetEnroll(std::string_view enrollment);

    struct Waiting {
        Command command;
        Millis received = 0;
    };

    Store& _store;
    Reporter& _reporter;
    SensorDesk& _sensor;
    EnrollmentDesk& _enrollments;
    Waiting _waiting[kQueue];
    size_t _count = 0;
    bool _isErasing = false;
    Millis _restartAsked = kNever;
    Millis _locatedUntil = 0;
    uint32_t _notUnderstood = 0;
};

}  // namespace scanner
