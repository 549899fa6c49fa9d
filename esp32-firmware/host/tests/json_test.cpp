#include <gtest/gtest.h>

#include <random>
#include <string>

#include "json/json_reader.h"
#include "json/json_writer.h"
#include "messages/command.h"

using namespace scanner;

namespace {

Command commandOf(const std::string& json, Millis now = 0) {
    Command command;
    EXPECT_TRUE(readCommand(Bytes::of(json), now, command)) << json;
    return command;
}

}  // namespace

TEST(Json, WhatIsNoObject_IsRefused) {
    for (const char* text : {"", " ", "[]", "7", "{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\":01}", "{\"a\":1}x",
                             "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":tru}", "{'a':1}", "{\"a\":[1,]}",
                             "{\"a\":{\"b\"}}", "{\"a\":[[[[[[[[1]]]]]]]]}", "{\"a\":-}", "{\"a\":1.}", "{\"a\":1e}"}) {
        EXPECT_FALSE(JsonReader(text).isObject()) << text;
    }
}

TEST(Json, Objects_AreReadWhateverElseIsInThem) {
    const JsonReader reader(R"( {"x":{"slot":9,"y":[1,{"slot":8},[]]},"t":"a\"\\\u0041b","slot":3,"no":null,"yes":true,"e":{}} )");
    ASSERT_TRUE(reader.isObject());
    JsonValue value;
    ASSERT_TRUE(reader.find("slot", value));
    EXPECT_EQ(value.whole(), 3u);
    ASSERT_TRUE(reader.find("t", value));
    char room[8];
    size_t size;
    ASSERT_TRUE(value.copyText(room, sizeof room, size));
    EXPECT_EQ(std::string(room, size), "a\"\\Ab");
    EXPECT_FALSE(value.copyText(room, 4, size)) << "longer than the room";
    EXPECT_FALSE(reader.find("y", value));
}

TEST(Json, Numbers_AreWholeOrNone) {
    const auto wholeOf = [](const char* number) {
        JsonValue value;
        const std::string text = std::string("{\"n\":") + number + "}";
        const JsonReader reader(text);
        return reader.isObject() && reader.find("n", value) ? value.whole() : std::nullopt;
    };
    EXPECT_EQ(wholeOf("0"), 0u);
    EXPECT_EQ(wholeOf("999999999"), 999999999u);
    for (const char* none : {"-1", "1.5", "1e3", "9999999999", "\"1\"", "null", "[1]"}) EXPECT_EQ(wholeOf(none), std::nullopt) << none;
}

TEST(Json, Writer_EscapesWhatItMust_AndWritesNothingHalf) {
    JsonWriter<64> writer;
    EXPECT_EQ(writer.text("a", "q\"\\\n").number("n", -5).null("z").flag("f", false).end(),
              R"({"a":"q\"\\\u000a","n":-5,"z":null,"f":false})");
    JsonWriter<8> small;
    EXPECT_EQ(small.text("a", "too long").end(), "");
}

TEST(Json, MutatedCommands_NeverReadBeyondTheirEnd) {
    // The sanitizers watch; what is accepted must at least be usable.
    const std::string seed = R"({"id":"0198","do":"enroll","enrollment":"e-1","slot":12,"scans":3,"expiresIn":299.5,"x":[1,{"y":"\u0041"}]})";
    std::mt19937 random(11);
    for (int round = 0; round < 60'000; round++) {
        std::string text = seed;
        for (uint32_t i = 0; i <= random() % 4; i++) {
            const size_t at = random() % text.size();
            switch (random() % 3) {
                case 0: text[at] = static_cast<char>(random()); break;
                case 1: text.erase(at, 1 + random() % 5); break;
                default: text.insert(at, 1, "{}[]\",:\\u0-9e"[random() % 13]);
            }
            if (text.empty()) break;
        }
        const std::string exact(text.begin(), text.end());
        Command command;
        if (!readCommand(Bytes::of(exact), 5, command)) continue;
        EXPECT_FALSE(command.id.empty());
        if (command.problem == nullptr && command.what == Command::Do::Enroll) {
            EXPECT_GE(command.scans, 1);
            EXPECT_LE(command.scans, 10);
        }
    }
}

TEST(Command, OfTheContract_AreUnderstood) {
    const Command enroll = commandOf(R"({"id":"c1","do":"enroll","enrollment":"0198-ab","slot":0,"scans":3,"expiresIn":300})", 1000);
    EXPECT_EQ(enroll.problem, nullptr);
    EXPECT_EQ(enroll.what, Command::Do::Enroll);
    EXPECT_EQ(enroll.slot, 0);
    EXPECT_EQ(enroll.expiresAt, 301'000u);
    EXPECT_EQ(commandOf(R"({"id":"c","do":"resend","enrollment":"e","from":2})").from, 2);
    EXPECT_EQ(commandOf(R"({"id":"c","do":"delete","slot":65535})").slot, 65535);
    EXPECT_EQ(commandOf(R"({"id":"c","do":"ping","new":{"a":[]}})").what, Command::Do::Ping);
}

TEST(Command, WrongField_IsNamed) {
    const auto problemOf = [](const char* json) { return std::string(commandOf(json).problem); };
    EXPECT_EQ(problemOf(R"({"id":"c","do":"dance"})"), "unknown_command");
    EXPECT_EQ(problemOf(R"({"id":"c"})"), "unknown_command");
    EXPECT_EQ(problemOf(R"({"id":"c","do":"enroll","slot":1,"scans":3})"), "malformed: enrollment");
    EXPECT_EQ(problemOf(R"({"id":"c","do":"enroll","enrollment":"a/b","slot":1,"scans":3})"), "malformed: enrollment");
    EXPECT_EQ(problemOf(R"({"id":"c","do":"enroll","enrollment":"#","slot":1,"scans":3})"), "malformed: enrollment");
    EXPECT_EQ(problemOf(R"({"id":"c","do":"enroll","enrollment":"e","slot":null,"scans":3})"), "malformed: slot");
    EXPECT_EQ(problemOf(R"({"id":"c","do":"enroll","enrollment":"e","slot":65536,"scans":3})"), "malformed: slot");
    EXPECT_EQ(problemOf(R"({"id":"c","do":"enroll","enrollment":"e","slot":1,"scans":11})"), "malformed: scans");
    EXPECT_EQ(problemOf(R"({"id":"c","do":"resend","enrollment":"e","from":0})"), "malformed: from");
    EXPECT_EQ(problemOf(R"({"id":"c","do":"ping","expiresIn":"soon"})"), "malformed: expiresIn");
}
