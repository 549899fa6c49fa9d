#pragma once
#include <cstdio>
#include <map>
#include <string>

// The library of the emulated sensor, which it keeps without power: a line "slot finger" for each template.
class LibraryFile {
public:
    explicit LibraryFile(std::string path) : _path(std::move(path)) {}

    std::map<uint16_t, int> load() {
        if (FILE* file = fopen(_path.c_str(), "r")) {
            unsigned slot;
            int finger;
            while (fscanf(file, "%u %d", &slot, &finger) == 2) _kept[static_cast<uint16_t>(slot)] = finger;
            fclose(file);
        }
        return _kept;
    }

    // Whole or not at all, and before anybody hears of it.
    void keep(const std::map<uint16_t, int>& library) {
        if (library == _kept) return;
        _kept = library;
        const std::string next = _path + ".next";
        FILE* file = fopen(next.c_str(), "w");
        if (file == nullptr) return;
        for (const auto& [slot, finger] : library) fprintf(file, "%u %d\n", slot, finger);
        fclose(file);
        rename(next.c_str(), _path.c_str());
    }

private:
    std::string _path;
    std::map<uint16_t, int> _kept;
};
