#include <gtest/gtest.h>

#include <string>

#include "diagnosis/self_test.h"
#include "setup/provisioning.h"
#include "update/manifest.h"
#include "update/trial.h"

using namespace scanner;

namespace {

std::string problemOf(const std::string& json) {
    Provisioning provisioning;
    const char* problem = readProvisioning(Bytes::of(json), provisioning);
    return problem == nullptr ? "" : problem;
}

std::string manifestWith(const std::string& field, const std::string& value) {
    const std::string hex(64, 'a');
    std::string json = R"({"version":"1.2.0","counter":12,"size":900000,"sha256":")" + hex +
                       R"(","file":"scanner-1.2.0.bin","signature":"3044022011223344"})";
    const size_t at = json.find("\"" + field + "\":") + field.size() + 3;
    return json.replace(at, json.find_first_of(",}", at) - at, value);
}

}  // namespace

TEST(Provisioning, OfTheConsole_IsUnderstood) {
    Provisioning got;
    const std::string json = R"({"gateway":"10.0.0.5","port":1883,"tls":false,"device":"desk-1","secret":"s3cret"})";
    ASSERT_EQ(readProvisioning(Bytes::of(json), got), nullptr);
    EXPECT_EQ(got.gateway.view(), "10.0.0.5");
    EXPECT_EQ(got.http, 8080);
    EXPECT_FALSE(got.isTls);
}

TEST(Provisioning, WithTls_TrustsTheCertificateOfTheCode_OrTheOneGivenApart) {
    Provisioning got;
    const std::string own = "-----BEGIN CERTIFICATE-----\nown\n-----END CERTIFICATE-----\n";
    const std::string apart = "-----BEGIN CERTIFICATE-----\napart\n-----END CERTIFICATE-----\n";
    const std::string json = R"({"gateway":"gw.lab","tls":true,"device":"a","secret":"s","new":1,"ca":)"
                             R"("-----BEGIN CERTIFICATE-----\nown\n-----END CERTIFICATE-----\n"})";
    ASSERT_EQ(readProvisioning(Bytes::of(json), got, apart), nullptr);
    EXPECT_EQ(got.port, 8883);
    EXPECT_EQ(got.http, 8443) << "updates come over TLS too";
    EXPECT_EQ(got.ca.view(), own);
    // What the console's QR code says, which takes no certificate.
    const std::string code = R"({"gateway":"gw.lab","port":8883,"tls":true,"device":"a","secret":"s"})";
    ASSERT_EQ(readProvisioning(Bytes::of(code), got, apart), nullptr);
    EXPECT_EQ(got.ca.view(), apart);
    EXPECT_NE(readProvisioning(Bytes::of(code), got), nullptr) << "anybody could answer";
    EXPECT_NE(readProvisioning(Bytes::of(code), got, "-----BEGIN CERTIFICATE-----\ncut off"), nullptr);
}

TEST(Provisioning, WrongField_IsNamed) {
    EXPECT_NE(problemOf("desk-1"), "");
    EXPECT_NE(problemOf(R"({"device":"a","secret":"s"})").find("gateway"), std::string::npos);
    EXPECT_NE(problemOf(R"({"gateway":"g","device":"Desk 1","secret":"s"})").find("device"), std::string::npos);
    EXPECT_NE(problemOf(R"({"gateway":"g","device":"a"})").find("secret"), std::string::npos);
    EXPECT_NE(problemOf(R"({"gateway":"g","device":"a","secret":"s","port":70000})").find("port"), std::string::npos);
    EXPECT_NE(problemOf(R"({"gateway":"g","device":"a","secret":"s","tls":1})").find("tls"), std::string::npos);
    EXPECT_NE(problemOf(R"({"gateway":"g","device":"a","secret":"s","tls":true})").find("ca"), std::string::npos);
}

TEST(Manifest, IsReadAndSaysWhatIsSigned) {
    Manifest manifest;
    ASSERT_EQ(readManifest(Bytes::of(manifestWith("counter", "12")), manifest), nullptr);
    EXPECT_EQ(signedText(manifest).view(), "scanner-firmware\n1.2.0\n12\n900000\n" + std::string(64, 'a') + "\nscanner-1.2.0.bin\n");
    EXPECT_TRUE(isNewer(manifest, 11));
    EXPECT_FALSE(isNewer(manifest, 12)) << "nor the same again";
}

TEST(Manifest, WrongField_IsRefused) {
    Manifest manifest;
    const auto refuses = [&](const char* field, const char* value) {
        return readManifest(Bytes::of(manifestWith(field, value)), manifest) != nullptr;
    };
    EXPECT_TRUE(refuses("version", "7"));
    EXPECT_TRUE(refuses("counter", "-1"));
    EXPECT_TRUE(refuses("size", "0"));
    EXPECT_TRUE(refuses("size", "99999999"));
    EXPECT_TRUE(refuses("sha256", "\"abc\""));
    for (const char* name : {"\"../secret\"", "\"..\"", "\"a/b\"", "\"a?b\"", "\"\""}) EXPECT_TRUE(refuses("file", name)) << name;
    EXPECT_TRUE(refuses("signature", "\"zz\""));
}

TEST(Trial, IsGoodWithSensorAndGateway_AndGoesBackWithoutEither) {
    Trial trial;
    EXPECT_TRUE(trial.judge(0, false, false) == Trial::Verdict::None) << "a firmware that has proved itself is on no trial";
    EXPECT_TRUE(trial.judge(kNever, false, false) == Trial::Verdict::None);
    trial.begin(1000);
    for (const bool isSensorUp : {false, true}) {
        for (const bool isMqttUp : {false, true}) {
            const bool isGood = isSensorUp && isMqttUp;
            EXPECT_TRUE(trial.judge(300'999, isSensorUp, isMqttUp) == (isGood ? Trial::Verdict::Good : Trial::Verdict::None));
            EXPECT_TRUE(trial.judge(301'000, isSensorUp, isMqttUp) == (isGood ? Trial::Verdict::Good : Trial::Verdict::GoBack));
        }
    }
    trial.end();
    EXPECT_TRUE(trial.judge(301'000, false, false) == Trial::Verdict::None);
}

TEST(SelfTest, TellsTheHopsApart) {
    Findings findings;
    findings.sensor = SensorHealth::Missing;
    EXPECT_NE(sensorSentence(findings).view().find("Not a byte"), std::string::npos);
    findings.sensorBytes = 20;
    EXPECT_NE(sensorSentence(findings).view().find("no packet"), std::string::npos);
    findings.sensorFrames = 2;
    EXPECT_NE(sensorSentence(findings).view().find("sensor: FAULT"), std::string::npos);
    EXPECT_NE(gatewaySentence(findings).view().find("no wifi"), std::string::npos);
    findings.wifi = Findings::Wifi::Up;
    findings.rssi = -80;
    EXPECT_EQ(wifiSentence(findings).view(), "wifi: ok, signal -80 dBm, which is weak");
    findings.gateway = Findings::Gateway::Refused;
    EXPECT_NE(gatewaySentence(findings).view().find("is Gateway running?"), std::string::npos);
    EXPECT_NE(brokerSentence(findings).view().find("not tried"), std::string::npos);
    findings.gateway = Findings::Gateway::Reachable;
    findings.broker = Findings::Broker::SecretWrong;
    EXPECT_NE(brokerSentence(findings).view().find("refuses this scanner"), std::string::npos);
}
