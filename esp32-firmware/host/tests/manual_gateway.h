#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

// The gateway's side of the contract, as far as a scanner can tell: it knows messages by their id, keeps enrollments and
// slots, says commands again until they are answered, and notes whatever a scanner must never do.
class ManualGateway {
public:
    struct Enrollment {
        std::string command;
        int slot = 0;
        int scans = 3;
        int captured = 0;
        int waiting = 0;
        bool hasResult = false;
        std::string state = "requested";
        std::string reason;
    };

    struct Message {
        std::string topic;
        std::string payload;
    };

    // Returns the id of the enrollment; its command is sent when the scanner is connected.
    std::string enroll(int slot, int scans = 3, int expiresIn = 300);
    void cancel(const std::string& enrollment);
    std::string command(const std::string& fields);  // any other: {"id":…,fields}

    void publish(std::string_view topic, std::string_view payload);
    void subscribed();

    // Commands to deliver now, oldest first.
    std::vector<std::string> takeCommands();

    std::map<std::string, Enrollment> enrollments;
    std::map<std::string, std::string> answers;  // by command: ok, or the reason
    std::vector<Message> received;               // each id once, in the order of arrival; without status
    std::vector<Message> statuses;
    std::vector<std::string> violations;
    int duplicates = 0;

    static std::string field(std::string_view payload, std::string_view name);

private:
    void onScan(const Message& message, const std::string& enrollment);
    void onResult(const Message& message, const std::string& enrollment);
    void onAnswer(const Message& message);
    void send(const std::string& id, const std::string& payload);
    void violated(const std::string& what, const Message& message);

    std::map<std::string, Message> _byId;
    std::map<std::string, std::string> _unanswered;  // by id, which rises
    std::vector<std::string> _outgoing;
    std::map<std::string, std::pair<uint64_t, uint64_t>> _lastOf;
    int _lastId = 0;
};
