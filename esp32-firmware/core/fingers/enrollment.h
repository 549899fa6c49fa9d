#pragma once
#include "base/fixed_text.h"
#include "sensor/sensor_procedure.h"

namespace scanner {

using EnrollmentId = FixedText<64>;

struct EnrollmentOrder {
    EnrollmentId enrollment;
    uint16_t slot = 0;
    uint8_t scans = 3;
};

// What an enrollment has to tell. The owner keeps it before the sensor is asked for anything more.
struct EnrollmentSaying {
    enum class What { Waiting, Progress, Retry, Success, Failure };
    What what;
    uint8_t step;
    const char* reason;
};

// From an empty slot to a stored and verified template, in as many captures as were ordered.
//
// The first captures (two, or six where the sensor has six buffers) are merged into a template; each further one has to
// match it, because sensors are known to merge different fingers. The last step is told only when the sensor has stored
// the template and gives it back. A finger that is enrolled already is found at the first capture, and one that lay
// there before the enrollment began, perhaps of the person before, has to go first.
class Enrollment final : public SensorProcedure {
public:
    enum class State { Idle, Running, Succeeded, Failed, Expired };

    void begin(const EnrollmentOrder& order, const SensorProfile& sensor, Millis deadline);
    Wish resume(Millis now, const Reply* reply) override;
    bool takeSaying(EnrollmentSaying& saying);

    void cancel() {
        _state = State::Idle;
        _hasSaying = false;
    }

    State state() const { return _state; }
    const EnrollmentOrder& order() const { return _order; }
    uint8_t step() const { return _step; }
    // From here until the capture is taken; before and after it there should be none.
    bool awaitsFinger() const { return _phase > Phase::Clear && _phase < Phase::Told; }

private:
    enum class Phase { Begin, Clear, Image, Features, SecondFeatures, Search, Merge, Match, Store, ReadBack, Told, Lift };

    static constexpr uint8_t kRetriesPerStep = 5;

    Wish ask(Phase phase, const Instruction& instruction);
    Wish awaitFinger(Millis now);
    Wish onImage(Millis now, const Reply& reply);
    Wish onFeatures(Millis now, const Reply& reply);
    Wish onSearch(Millis now, const Reply& reply);
    Wish combine(Millis now);
    Wish onCombined(Millis now, const Reply& reply);
    Wish onStored(Millis now, const Reply& reply);
    Wish onLift(Millis now, const Reply& reply);
    Wish captured(Millis now);
    Wish retry(Millis now, const char* reason);
    Wish fail(const char* reason);
    Wish awaitLift(Millis now);
    void say(EnrollmentSaying::What what, const char* reason = nullptr);

    uint8_t mergeStep() const { return _order.scans < _buffers ? _order.scans : _buffers; }
    bool isLast() const { return _step == _order.scans; }
    uint8_t captureBuffer() const;
    uint8_t modelBuffer() const { return _buffers > 2 ? 1 : 2; }

    EnrollmentOrder _order;
    uint16_t _capacity = 0;
    uint8_t _buffers = 2;
    Millis _deadline = 0;
    State _state = State::Idle;
    Phase _phase = Phase::Begin;
    uint8_t _step = 0;
    uint8_t _retries = 0;
    bool _isRetry = false;
    bool _isStoredAgain = false;
    Millis _patience = 0;
    bool _hasSaying = false;
    EnrollmentSaying _saying{};
};

}  // namespace scanner
