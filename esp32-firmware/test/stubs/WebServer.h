#pragma once
#include <functional>

#include "WiFi.h"
#include "http_parser.h"

typedef enum http_method HTTPMethod;
#define HTTP_ANY (HTTPMethod)(255)

class Uri {
public:
    Uri(const char* uri);
    Uri(const String& uri);
    Uri(const __FlashStringHelper* uri);
    virtual ~Uri() {}
};

class WebServer {
public:
    WebServer(IPAddress addr, int port = 80);
    WebServer(int port = 80);
    virtual ~WebServer();
    virtual void begin();
    virtual void begin(uint16_t port);
    virtual void handleClient();
    virtual void close();
    void stop();
    typedef std::function<void(void)> THandlerFunction;
    void on(const Uri& uri, THandlerFunction fn);
    void on(const Uri& uri, HTTPMethod method, THandlerFunction fn);
    void on(const Uri& uri, HTTPMethod method, THandlerFunction fn, THandlerFunction ufn);
    void onNotFound(THandlerFunction fn);
    String arg(String name);
    String arg(int i);
    void send(int code, const char* content_type = NULL, const String& content = String(""));
    void send(int code, char* content_type, const String& content);
    void send(int code, const String& content_type, const String& content);
    void send(int code, const char* content_type, const char* content);
    void sendHeader(const String& name, const String& value, bool first = false);
};
