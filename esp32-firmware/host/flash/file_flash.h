#pragma once
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "store/flash_port.h"

// Flash in a file, which outlives a kill as flash outlives a loss of power. On request the power goes, by SIGKILL, in
// the middle of a write.
class FileFlash final : public scanner::FlashPort {
public:
    FileFlash(const std::string& path, uint32_t sectors) : _sectors(sectors) {
        _file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        struct stat state {};
        if (_file < 0 || fstat(_file, &state) != 0) throw std::runtime_error("cannot open " + path);
        const auto size = static_cast<off_t>(sectors) * kSectorSize;
        if (state.st_size == size) return;
        const std::vector<uint8_t> erased(static_cast<size_t>(size), 0xFF);
        if (pwrite(_file, erased.data(), erased.size(), 0) != size) throw std::runtime_error("cannot write " + path);
    }

    ~FileFlash() { close(_file); }
    FileFlash(const FileFlash&) = delete;
    FileFlash& operator=(const FileFlash&) = delete;

    bool read(uint32_t offset, uint8_t* to, size_t size) override {
        return pread(_file, to, size, offset) == static_cast<ssize_t>(size);
    }

    bool write(uint32_t offset, const uint8_t* from, size_t size) override {
        const bool isCut = ++_writes == _cutAt;
        const size_t done = isCut ? size / 2 : size;
        const bool isWritten = pwrite(_file, from, done, offset) == static_cast<ssize_t>(done);
        if (isCut) raise(SIGKILL);
        return isWritten;
    }

    bool eraseSector(uint32_t sector) override {
        const std::vector<uint8_t> erased(kSectorSize, 0xFF);
        return pwrite(_file, erased.data(), erased.size(), static_cast<off_t>(sector) * kSectorSize) == kSectorSize;
    }

    uint32_t sectorCount() const override { return _sectors; }

    void cutAt(uint64_t write) { _cutAt = write; }

private:
    int _file;
    uint32_t _sectors;
    uint64_t _writes = 0;
    uint64_t _cutAt = 0;
};
