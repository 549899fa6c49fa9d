#pragma once
#include "desk/reporter.h"
#include "desk/sensor_desk.h"

namespace scanner {

// Keeps sensor, flash and gateway of one mind about the enrollment, whenever the power goes.
//
// The journal is opened before the sensor is touched; each step is in the outbox before the sensor is asked for more.
// What is found open at a start was broken off: where the last step had been told, the template is good, and success is
// told; else it is erased, and the gateway hears of the reset.
class EnrollmentDesk {
public:
    EnrollmentDesk(Store& store, Reporter& reporter, SensorDesk& sensor)
        : _store(store), _reporter(reporter), _sensor(sensor) {}

    // After mounting, before anything else.
    void reconcile(Millis now);
    void step(Millis now);

    // False when the flash did not take it.
    bool begin(const EnrollmentOrder& order, Millis deadline);
    // The gateway has ended it, or begins another: what it left in the sensor goes.
    void abandon();
    void cancel(std::string_view enrollment);

    // Nothing runs and nothing is left to be erased.
    bool isClear() const;
    bool isRunning() const { return _sensor.isEnrolling(); }

private:
    static constexpr int kErasureTries = 3;

    bool tell(Millis now, Report::Kind kind, Report::Status status, uint8_t step, const char* reason);
    void onSaying(Millis now, const EnrollmentSaying& saying);
    void onEnd(Enrollment::State state);
    void erase();
    void move(EnrollmentJournal::Phase phase);

    Store& _store;
    Reporter& _reporter;
    SensorDesk& _sensor;
    bool _isErasing = false;
    int _erasures = 0;
};

}  // namespace scanner
