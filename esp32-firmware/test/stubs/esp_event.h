#pragma once
#include <stdint.h>

#include "esp_err.h"

extern "C" {
#define ESP_EVENT_DECLARE_BASE(id) extern esp_event_base_t const id
typedef const char* esp_event_base_t;
typedef void* esp_event_loop_handle_t;
typedef void (*esp_event_handler_t)(void* event_handler_arg, esp_event_base_t event_base, int32_t event_id, void* event_data);
}
