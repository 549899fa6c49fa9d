#include "messages/command.h"

#include "json/json_reader.h"

namespace scanner {

namespace {

bool textOf(const JsonReader& reader, std::string_view name, FixedText<64>& to) {
    JsonValue value;
    char room[64];
    size_t size;
    if (!reader.find(name, value) || !value.copyText(room, sizeof room, size) || size == 0) return false;
    to.assign({room, size});
    return true;
}

// An enrollment becomes part of a topic: what could make another topic of it is refused.
bool topicPartOf(const JsonReader& reader, FixedText<64>& to) {
    if (!textOf(reader, "enrollment", to)) return false;
    for (const char character : to.view()) {
        const bool isPlain = (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
                             (character >= 'A' && character <= 'Z') || character == '-' || character == '_';
        if (!isPlain) return false;
    }
    return true;
}

bool numberOf(const JsonReader& reader, std::string_view name, uint32_t min, uint32_t max, uint32_t& number) {
    JsonValue value;
    if (!reader.find(name, value)) return false;
    const std::optional<uint32_t> whole = value.whole();
    if (!whole || *whole < min || *whole > max) return false;
    number = *whole;
    return true;
}

Command::Do doOf(std::string_view word) {
    if (word == "enroll") return Command::Do::Enroll;
    if (word == "cancel") return Command::Do::Cancel;
    if (word == "resend") return Command::Do::Resend;
    if (word == "delete") return Command::Do::Delete;
    if (word == "ping") return Command::Do::Ping;
    if (word == "locate") return Command::Do::Locate;
    if (word == "restart") return Command::Do::Restart;
    return Command::Do::Unknown;
}

const char* readFields(const JsonReader& reader, Command& command) {
    uint32_t number = 0;
    const bool isOfEnrollment =
        command.what == Command::Do::Enroll || command.what == Command::Do::Cancel || command.what == Command::Do::Resend;
    if (isOfEnrollment && !topicPartOf(reader, command.enrollment)) return "malformed: enrollment";
    if (command.what == Command::Do::Enroll || command.what == Command::Do::Delete) {
        if (!numberOf(reader, "slot", 0, 0xFFFF, number)) return "malformed: slot";
        command.slot = static_cast<uint16_t>(number);
    }
    if (command.what == Command::Do::Enroll) {
        if (!numberOf(reader, "scans", 1, 10, number)) return "malformed: scans";
        command.scans = static_cast<uint8_t>(number);
    }
    if (command.what == Command::Do::Resend) {
        if (!numberOf(reader, "from", 1, 10, number)) return "malformed: from";
        command.from = static_cast<uint8_t>(number);
    }
    return nullptr;
}

}  // namespace

bool readCommand(Bytes payload, Millis now, Command& command) {
    command = {};
    const JsonReader reader(payload.text());
    if (!reader.isObject() || !textOf(reader, "id", command.id)) return false;
    FixedText<64> word;
    if (textOf(reader, "do", word)) command.what = doOf(word.view());
    if (command.what == Command::Do::Unknown) {
        command.problem = "unknown_command";
        return true;
    }
    command.problem = readFields(reader, command);
    JsonValue expires;
    if (command.problem == nullptr && reader.find("expiresIn", expires) && expires.kind != JsonValue::Kind::Null) {
        const std::optional<int64_t> seconds = expires.rounded();
        if (!seconds) {
            command.problem = "malformed: expiresIn";
        } else {
            command.expiresAt = *seconds <= 0 ? now : now + static_cast<Millis>(*seconds) * 1000;
        }
    }
    return true;
}

}  // namespace scanner
