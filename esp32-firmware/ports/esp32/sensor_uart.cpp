#include "esp32/sensor_uart.h"

#include <Arduino.h>

void SensorUart::begin() {
    if (SENSOR_POWER_PIN >= 0) {
        pinMode(SENSOR_POWER_PIN, OUTPUT);
        digitalWrite(SENSOR_POWER_PIN, HIGH);
    }
    Serial2.setRxBufferSize(512);
    Serial2.begin(_baud, SERIAL_8N1, SENSOR_RX_PIN, SENSOR_TX_PIN);
}

void SensorUart::setBaud(uint32_t baud) {
    if (baud == _baud) return;
    _baud = baud;
    Serial2.updateBaudRate(baud);
}

void SensorUart::send(scanner::Bytes bytes) { Serial2.write(bytes.data, bytes.size); }

scanner::Bytes SensorUart::receive() {
    size_t count = 0;
    while (count < sizeof _room && Serial2.available() > 0) _room[count++] = static_cast<uint8_t>(Serial2.read());
    return {_room, count};
}

void SensorUart::cyclePower() {
    if (SENSOR_POWER_PIN < 0) return;
    // R503 needs two seconds without power before it starts afresh; the rest of the scanner has nothing to do meanwhile.
    digitalWrite(SENSOR_POWER_PIN, LOW);
    delay(2200);
    digitalWrite(SENSOR_POWER_PIN, HIGH);
}
