#pragma once
#include "freertos/FreeRTOS.h"

struct tskTaskControlBlock;
typedef struct tskTaskControlBlock* TaskHandle_t;
