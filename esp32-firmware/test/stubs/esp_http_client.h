#pragma once
#include <stdint.h>

#include "esp_err.h"
#include "esp_idf_version.h"
#include "freertos/FreeRTOS.h"
#include "http_parser.h"

extern "C" {
typedef struct esp_http_client* esp_http_client_handle_t;

typedef enum {
    HTTP_AUTH_TYPE_NONE = 0,
    HTTP_AUTH_TYPE_BASIC,
    HTTP_AUTH_TYPE_DIGEST,
} esp_http_client_auth_type_t;

// Only the fields that are used, in their order.
typedef struct {
    const char* url;
    const char* host;
    int port;
    const char* username;
    const char* password;
    esp_http_client_auth_type_t auth_type;
    const char* cert_pem;
    int timeout_ms;
    bool disable_auto_redirect;
} esp_http_client_config_t;

esp_http_client_handle_t esp_http_client_init(const esp_http_client_config_t* config);
esp_err_t esp_http_client_open(esp_http_client_handle_t client, int write_len);
#if ESP_IDF_VERSION_MAJOR < 5
int esp_http_client_fetch_headers(esp_http_client_handle_t client);
#else
int64_t esp_http_client_fetch_headers(esp_http_client_handle_t client);
#endif
int esp_http_client_read(esp_http_client_handle_t client, char* buffer, int len);
int esp_http_client_get_status_code(esp_http_client_handle_t client);
esp_err_t esp_http_client_cleanup(esp_http_client_handle_t client);
}
