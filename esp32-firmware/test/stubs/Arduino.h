#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "HardwareSerial.h"
#include "IPAddress.h"
#include "WString.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

// The macros and names that ours must not run into.
#define LOW 0x0
#define HIGH 0x1
#define INPUT 0x01
#define OUTPUT 0x03
#define INPUT_PULLUP 0x05
#define DISABLED 0x00
#define RISING 0x01
#define FALLING 0x02
#define CHANGE 0x03
#define DEFAULT 1
#define EXTERNAL 0
#define SERIAL 0x0
#define DISPLAY 0x1
#define PI 3.1415926535897932384626433832795
#define EULER 2.718281828459045235360287471352
#define constrain(amt, low, high) ((amt) < (low) ? (low) : ((amt) > (high) ? (high) : (amt)))
#define radians(deg) ((deg) * 0.017453292519943295769236907684886)
#define degrees(rad) ((rad) * 57.295779513082320876798154814105)
#define sq(x) ((x) * (x))
#define interrupts() sei()
#define noInterrupts() cli()
#define lowByte(w) ((uint8_t)((w) & 0xff))
#define highByte(w) ((uint8_t)((w) >> 8))
#define bitRead(value, bit) (((value) >> (bit)) & 0x01)
#define bitSet(value, bit) ((value) |= (1UL << (bit)))
#define bit(b) (1UL << (b))
#define word(...) makeWord(__VA_ARGS__)
#define F(string_literal) (reinterpret_cast<const __FlashStringHelper*>(string_literal))
#define SET_LOOP_TASK_STACK_SIZE(sz) \
    size_t getArduinoLoopTaskStackSize() { return sz; }

typedef bool boolean;
typedef uint8_t byte;

void setup(void);
void loop(void);
size_t getArduinoLoopTaskStackSize(void);
long random(long);
long random(long, long);
long map(long, long, long, long, long);

extern "C" {
void init(void);
void yield(void);
unsigned long millis();
void delay(uint32_t ms);
void pinMode(uint8_t pin, uint8_t mode);
void digitalWrite(uint8_t pin, uint8_t val);
int digitalRead(uint8_t pin);
}
