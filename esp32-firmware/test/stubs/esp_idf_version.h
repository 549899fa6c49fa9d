#pragma once
// 4 as in arduino-esp32 2.0.17; the check also runs with 5.
#ifndef ESP_IDF_VERSION_MAJOR
#define ESP_IDF_VERSION_MAJOR 4
#endif
