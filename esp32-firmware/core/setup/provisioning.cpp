#include "setup/provisioning.h"

#include "json/json_reader.h"

namespace scanner {

template <size_t N>
static bool textOf(const JsonReader& reader, std::string_view name, FixedText<N>& to) {
    JsonValue value;
    // The longest one is read in its place: a certificate does not fit on a task's stack twice.
    if (!reader.find(name, value) || value.kind != JsonValue::Kind::Text) return false;
    static char room[N];
    size_t size;
    if (!value.copyText(room, sizeof room, size)) return false;
    to.assign({room, size});
    return true;
}

static bool portOf(const JsonReader& reader, std::string_view name, uint16_t& port) {
    JsonValue value;
    if (!reader.find(name, value) || value.kind == JsonValue::Kind::Null) return true;
    const std::optional<uint32_t> number = value.whole();
    if (!number || *number == 0 || *number > 0xFFFF) return false;
    port = static_cast<uint16_t>(*number);
    return true;
}

static bool isDeviceId(std::string_view id) {
    for (const char character : id) {
        const bool isPlain = (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
        if (!isPlain && character != '-') return false;
    }
    return !id.empty() && id[0] != '-';
}

bool isCertificate(std::string_view text) {
    static constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
    const size_t begin = text.find(kBegin);
    return begin != std::string_view::npos && text.find("-----END CERTIFICATE-----", begin + kBegin.size()) != std::string_view::npos;
}

const char* readProvisioning(Bytes json, Provisioning& provisioning, std::string_view certificate) {
    provisioning = {};
    const JsonReader reader(json.text());
    if (!reader.isObject()) return "this is no JSON object; take all of the code, from { to }";
    if (!textOf(reader, "gateway", provisioning.gateway) || provisioning.gateway.empty()) return "gateway is missing: its name or address";
    if (!textOf(reader, "device", provisioning.device) || !isDeviceId(provisioning.device.view())) {
        return "device is missing, or is not of lower-case letters, digits and -";
    }
    if (!textOf(reader, "secret", provisioning.secret) || provisioning.secret.empty()) return "secret is missing";
    JsonValue tls;
    if (reader.find("tls", tls)) {
        if (tls.kind != JsonValue::Kind::True && tls.kind != JsonValue::Kind::False) return "tls is neither true nor false";
        provisioning.isTls = tls.kind == JsonValue::Kind::True;
    }
    if (provisioning.isTls) {
        provisioning.port = 8883;
        provisioning.http = 8443;
    }
    if (!portOf(reader, "port", provisioning.port)) return "port is no number from 1 to 65535";
    if (!portOf(reader, "http", provisioning.http)) return "http is no number from 1 to 65535";
    JsonValue ca;
    const bool hasCa = reader.find("ca", ca) && ca.kind != JsonValue::Kind::Null;
    if (hasCa && !textOf(reader, "ca", provisioning.ca)) return "ca is no certificate, or longer than 2048 characters";
    if (!hasCa) provisioning.ca.assign(certificate);
    // Without it anybody could answer in the gateway's name.
    if (provisioning.isTls && !isCertificate(provisioning.ca.view())) {
        return "tls needs the certificate to trust, PEM: as ca, or given before (serial line: certificate)";
    }
    return nullptr;
}

}  // namespace scanner
