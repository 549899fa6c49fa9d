// The scanner on an ESP32: pins, start, and the loop that gives the core what happens and does what it answers.
#include <Arduino.h>
#include <bootloader_random.h>
#include <esp_idf_version.h>
#include <esp_system.h>
#include <esp_task_wdt.h>
#include <esp_timer.h>

#include "app/console.h"
#include "esp32/credentials.h"
#include "esp32/entropy.h"
#include "esp32/flash_partition.h"
#include "esp32/mqtt_port.h"
#include "esp32/portal.h"
#include "esp32/sensor_uart.h"
#include "esp32/updater.h"
#include "esp32/wifi_port.h"
#include "scanner.h"

using namespace scanner;

// Else Arduino calls a new firmware good before it has done anything.
extern "C" bool verifyRollbackLater() { return true; }

// An update over TLS shakes hands on the loop's task, and 8 KiB are little for that.
SET_LOOP_TASK_STACK_SIZE(16 * 1024)

namespace {

constexpr uint32_t kWatchdogSeconds = 30;

Credentials credentials;
FlashPartition flash;
SensorUart sensorUart;
WifiPort wifi(credentials);
MqttPort mqtt(credentials.gateway);
Portal portal(credentials);
Updater updater(credentials.gateway);
Scanner* core = nullptr;
LedState led = LedState::Starting;

Millis now() { return static_cast<Millis>(esp_timer_get_time()) / 1000; }

const char* resetReason() {
    switch (esp_reset_reason()) {
        case ESP_RST_POWERON: return "power_on";
        case ESP_RST_BROWNOUT: return "brownout";
        case ESP_RST_SW: return "restart";
        case ESP_RST_PANIC: return "crash";
        case ESP_RST_INT_WDT:
        case ESP_RST_TASK_WDT:
        case ESP_RST_WDT: return "watchdog";
        default: return "other";
    }
}

Settings settings() {
    Settings made;
    made.device.assign(credentials.gateway.device.view());
    made.firmware.assign(FIRMWARE_VERSION);
    made.resetReason.assign(resetReason());
    made.sensor.password = credentials.sensorPassword;
    made.random = esp_random();
    return made;
}

void obey(const Actions& actions) {
    led = actions.led;
    if (actions.cyclePower) sensorUart.cyclePower();
    if (actions.sensorBaud != 0) sensorUart.setBaud(actions.sensorBaud);
    if (!actions.toSensor.empty()) sensorUart.send(actions.toSensor);
    if (actions.beginWifi) wifi.join();
    if (actions.closeMqtt) mqtt.close();
    if (actions.connectMqtt && credentials.hasGateway()) mqtt.connect(actions.will);
    if (actions.subscribe) mqtt.subscribe(actions.commands.c_str());
    for (size_t i = 0; i < actions.publicationCount; i++) mqtt.publish(actions.publications[i]);
    // The gateway hears of it by the will. What is owed is in flash.
    if (actions.restart) esp_restart();
}

void give(const Input& input) { obey(core->step(now(), input)); }

Findings findings() {
    Findings found;
    lookAtSensor(core->sensor(), found);
    found.wifi = credentials.hasWifi() ? wifi.finding() : Findings::Wifi::NotSetUp;
    found.rssi = wifi.rssi();
    found.gateway = credentials.hasGateway() ? mqtt.gateway() : Findings::Gateway::NotSetUp;
    found.broker = mqtt.broker();
    return found;
}

void printStatus() {
    printf("scanner %s, firmware %s, up %lu s, last reset: %s\n", credentials.gateway.device.c_str(), FIRMWARE_VERSION,
           static_cast<unsigned long>(now() / 1000), resetReason());
    printf("%s; owed to the gateway: %u; fingers in the sensor: %u of %u\n", describe(led), static_cast<unsigned>(core->store().outbox.owed()),
           core->sensor().profile().stored, core->sensor().profile().capacity);
}

Console console(credentials, {findings, printStatus, [] { portal.open(now()); }});

void beginWatchdog() {
#if ESP_IDF_VERSION_MAJOR < 5
    esp_task_wdt_init(kWatchdogSeconds, true);
#else
    const esp_task_wdt_config_t config = {kWatchdogSeconds * 1000, 0, true};
    esp_task_wdt_reconfigure(&config);
#endif
    esp_task_wdt_add(nullptr);
}

// Three seconds, while it runs: held at power-on, the chip waits for a firmware instead.
void watchButton() {
    static Millis heldSince = 0;
    if (digitalRead(BUTTON_PIN) == HIGH) {
        heldSince = 0;
    } else if (heldSince == 0) {
        heldSince = now();
    } else if (now() - heldSince >= 3000) {
        portal.open(now());
    }
}

// A sensor at rest is looked at now and then; Wi-Fi and MQTT keep their own tasks.
void quietMoment() {
    updater.judge(now(), core->sensor().health() == SensorHealth::Ok, core->connection().isMqttUp());
    const bool isQuiet = core->connection().isMqttUp() && !core->sensor().isEnrolling() && core->store().outbox.owed() == 0;
    if (isQuiet && updater.look(now())) esp_restart();
}

}  // namespace

void setup() {
    // A certificate is pasted in one go.
    Serial.setRxBufferSize(3072);
    Serial.begin(115200);
    pinMode(LED_PIN, OUTPUT);
    pinMode(BUTTON_PIN, INPUT_PULLUP);
    if (!flash.begin()) Serial.println("there is no partition 'outbox': flash partitions.csv with the firmware");
    // As long as the radio is off, what the chip calls random can be guessed; a password and a boot number are drawn here.
    bootloader_random_enable();
    const bool areCredentialsRead = credentials.begin();
    const Settings drawn = settings();
    bootloader_random_disable();
    if (!areCredentialsRead) Serial.println("the partition 'setup' cannot be read");
    if (!mqtt.begin()) Serial.println("no memory for MQTT");
    // The sensor before the radio: both starting at once is what weak supplies do not stand.
    sensorUart.begin();
    static Scanner scanner(drawn, flash);
    core = &scanner;
    core->begin(now());
    wifi.begin();
    updater.begin(now());
    if (!credentials.hasWifi() || !credentials.hasGateway()) portal.open(now());
    beginWatchdog();
    Serial.println("type `help`");
}

void loop() {
    esp_task_wdt_reset();
    Input input;
    while (wifi.take(input)) give(input);
    while (mqtt.take(input)) give(input);
    const Bytes bytes = sensorUart.receive();
    if (!bytes.empty()) give(Input::sensor(bytes));
    Input time = Input::time();
    time.rssi = wifi.rssi();
    give(time);
    quietMoment();
    console.step();
    watchButton();
    if (portal.step(now())) esp_restart();
    digitalWrite(LED_PIN, isLit(portal.isOpen() ? LedState::SetUp : led, now()) ? HIGH : LOW);
    delay(2);
}
