#include "update/manifest.h"

#include "json/json_reader.h"

namespace scanner {

namespace {

constexpr uint32_t kLargest = 0x180000;  // an app partition

template <size_t N>
bool textOf(const JsonReader& reader, std::string_view name, FixedText<N>& to) {
    JsonValue value;
    char room[N];
    size_t size;
    if (!reader.find(name, value) || !value.copyText(room, sizeof room, size) || size == 0) return false;
    to.assign({room, size});
    return true;
}

int digitOf(char hex) {
    if (hex >= '0' && hex <= '9') return hex - '0';
    if (hex >= 'a' && hex <= 'f') return hex - 'a' + 10;
    return -1;
}

bool bytesOf(std::string_view hex, uint8_t* to, size_t room, size_t& size) {
    if (hex.size() % 2 != 0 || hex.size() / 2 > room) return false;
    size = hex.size() / 2;
    for (size_t i = 0; i < size; i++) {
        const int high = digitOf(hex[2 * i]);
        const int low = digitOf(hex[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        to[i] = static_cast<uint8_t>(high << 4 | low);
    }
    return true;
}

// A plain name: nothing that leads out of /firmware/.
bool isPlainName(std::string_view name) {
    for (const char character : name) {
        const bool isPlain = (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
                             (character >= 'A' && character <= 'Z') || character == '-' || character == '_' || character == '.';
        if (!isPlain) return false;
    }
    return name.find("..") == std::string_view::npos;
}

}  // namespace

const char* readManifest(Bytes json, Manifest& manifest) {
    manifest = {};
    const JsonReader reader(json.text());
    if (!reader.isObject()) return "the manifest is no JSON object";
    JsonValue value;
    if (!textOf(reader, "version", manifest.version)) return "version is missing";
    if (!reader.find("counter", value) || !value.whole()) return "counter is no number";
    manifest.counter = *value.whole();
    if (!reader.find("size", value) || !value.whole()) return "size is no number";
    manifest.size = *value.whole();
    if (manifest.size == 0 || manifest.size > kLargest) return "size does not fit";
    FixedText<160> hex;
    size_t size = 0;
    if (!textOf(reader, "sha256", hex) || !bytesOf(hex.view(), manifest.sha256, sizeof manifest.sha256, size) || size != 32) {
        return "sha256 is not 64 hex digits";
    }
    if (!textOf(reader, "file", manifest.file) || !isPlainName(manifest.file.view())) return "file is no plain name";
    if (!textOf(reader, "signature", hex) || !bytesOf(hex.view(), manifest.signature, sizeof manifest.signature, size) || size < 8) {
        return "signature is not a DER signature in hex";
    }
    manifest.signatureSize = size;
    return nullptr;
}

FixedText<256> signedText(const Manifest& manifest) {
    static constexpr char kHex[] = "0123456789abcdef";
    FixedText<256> text("scanner-firmware\n");
    text.append(manifest.version.view()).append("\n").append(manifest.counter).append("\n").append(manifest.size).append("\n");
    for (const uint8_t byte : manifest.sha256) {
        text.push(kHex[byte >> 4]);
        text.push(kHex[byte & 0x0F]);
    }
    text.append("\n").append(manifest.file.view()).append("\n");
    return text;
}

}  // namespace scanner
