#pragma once
#include "fingers/enrollment.h"
#include "fingers/identification.h"
#include "fingers/slot_erasure.h"
#include "sensor/sensor_health.h"
#include "sensor/sensor_session.h"

namespace scanner {

// Who may use the sensor: its session first, then erasures, the enrollment, a count, and else the search for fingers.
// At most one instruction is in flight, and at most one thing is told per step.
class SensorDesk {
public:
    struct Heard {
        uint32_t bytes = 0;
        uint32_t frames = 0;
    };

    SensorDesk(const SensorSettings& settings, uint16_t minConfidence)
        : _session(settings), _minConfidence(minConfidence) {}

    void begin(Millis now);
    void step(Millis now, Bytes received);

    void enroll(const EnrollmentOrder& order, Millis deadline);
    void stopEnrollment();
    // One at a time: only while mayErase(), and the end of each has to be taken.
    bool mayErase() const { return !_wantsErasure && !_erasureEnded; }
    void erase(uint16_t slot);
    void stopErasure() { _wantsErasure = _erasureEnded = false; }
    void mayIdentify(bool may) { _mayIdentify = may; }

    // What has come of it, each once.
    bool takeSaying(EnrollmentSaying& saying) { return _enrollment.takeSaying(saying); }
    bool takeEnrollmentEnd(Enrollment::State& state);
    bool takeErasureEnd(SlotErasure::Outcome& outcome);
    bool takeIdentified(Identified& identified) { return _identification.takeIdentified(identified); }

    // For the port.
    Bytes takeOutput() { return _link.takeOutput(); }
    uint32_t baud() const { return _session.baud(); }
    bool takePowerCycle();
    Millis wakeAt(Millis now);

    SensorHealth health() const { return _health; }
    const SensorProfile& profile() const { return _profile; }
    const Enrollment& enrollment() const { return _enrollment; }
    bool isEnrolling() const { return _enrollment.state() == Enrollment::State::Running; }
    bool awaitsFinger() const { return isEnrolling() && _enrollment.awaitsFinger(); }
    // While it was last looked for, at all speeds.
    Heard heard() const { return _heard; }

private:
    static constexpr Millis kRetrySilent = 3'000;
    static constexpr Millis kRetryPassword = 30'000;

    SensorProcedure* wanted(Millis now);
    void choose(Millis now);
    void resume(Millis now, const Reply* reply);
    void ended(Millis now);
    void sessionEnded(Millis now);
    void beginSession(Millis now, bool isPoweringUp);

    SensorLink _link;
    SensorSession _session;
    Enrollment _enrollment;
    Identification _identification;
    SlotErasure _erasure;
    Counting _counting;
    SensorProcedure* _current = nullptr;
    Millis _resumeAt = 0;
    uint32_t _baudInUse = 0;
    SensorHealth _health = SensorHealth::Starting;
    SensorProfile _profile;
    uint16_t _minConfidence;
    Heard _heard;
    Heard _heardBefore;
    Millis _sessionAt = 0;
    bool _wantsSession = true;
    bool _isPoweringUp = true;
    bool _wantsErasure = false;
    bool _wantsCount = false;
    bool _mayIdentify = false;
    bool _powerCycle = false;
    bool _enrollmentEnded = false;
    bool _erasureEnded = false;
};

}  // namespace scanner
