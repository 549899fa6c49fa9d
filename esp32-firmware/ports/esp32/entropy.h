#pragma once

// esp_random() moved in IDF 5.
#if __has_include(<esp_random.h>)
#include <esp_random.h>
#else
#include <esp_system.h>
#endif
