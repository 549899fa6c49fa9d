#pragma once
#include "esp_tls_errors.h"
