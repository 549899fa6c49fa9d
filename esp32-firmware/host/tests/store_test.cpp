#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <memory>
#include <random>

#include "flash/memory_flash.h"
#include "store/store.h"

using namespace scanner;

namespace {

Report identification(Store& store, uint16_t slot) {
    Report report;
    report.kind = Report::Kind::Identification;
    report.hasSlot = true;
    report.slot = slot;
    report.boot = store.boot();
    report.counter = store.nextCounter();
    return report;
}

Report answer(Store& store, const std::string& command) {
    Report report = identification(store, 0);
    report.kind = Report::Kind::Answer;
    report.subject.assign(command);
    return report;
}

std::unique_ptr<Store> mounted(MemoryFlash& flash, uint32_t random = 77) {
    flash.revive();
    auto store = std::make_unique<Store>(flash);
    store->mount(random);
    return store;
}

}  // namespace

TEST(Store, BlankFlash_BeginsAtARandomBoot_AndCountsFromThere) {
    MemoryFlash flash;
    EXPECT_EQ(mounted(flash, 0x80000005)->boot(), 5u) << "31 bits";
    EXPECT_EQ(mounted(flash, 9999)->boot(), 6u);
    EXPECT_EQ(mounted(flash, 9999)->boot(), 7u);
}

TEST(Store, DeadFlash_IsTold_AndIdsAreRandom) {
    MemoryFlash flash;
    flash.cutAt(1);
    Store store(flash);
    EXPECT_FALSE(store.mount(1234));
    EXPECT_EQ(store.boot(), 1234u);
    EXPECT_FALSE(store.outbox.add(identification(store, 1), 0));
}

TEST(Outbox, Messages_ComeInOrder_UntilTheirPubAck) {
    MemoryFlash flash;
    auto store = mounted(flash);
    for (uint16_t slot = 0; slot < 3; slot++) ASSERT_TRUE(store->outbox.add(identification(*store, slot), 0));
    store = mounted(flash);
    uint32_t number;
    Report report;
    for (uint16_t slot = 0; slot < 3; slot++) {
        ASSERT_TRUE(store->outbox.next(number, report));
        EXPECT_EQ(report.slot, slot);
        EXPECT_EQ(report.boot, 77u) << "the id it was given, not today's";
        store->outbox.acknowledged(number);
    }
    EXPECT_FALSE(store->outbox.next(number, report));
    EXPECT_FALSE(mounted(flash)->outbox.next(number, report)) << "and not after a restart";
}

TEST(Outbox, LastAnswers_AreKnownAgain_AlsoAfterAReset) {
    MemoryFlash flash;
    auto store = mounted(flash);
    for (int i = 0; i < 40; i++) {
        store->outbox.add(answer(*store, "c" + std::to_string(i)), 0);
        uint32_t number;
        Report report;
        ASSERT_TRUE(store->outbox.next(number, report));
        store->outbox.acknowledged(number);
    }
    for (int round = 0; round < 2; round++) {
        Report found;
        EXPECT_TRUE(store->outbox.findAnswer("c39", found));
        EXPECT_TRUE(store->outbox.findAnswer("c25", found));
        EXPECT_FALSE(store->outbox.findAnswer("c3", found)) << "the oldest are forgotten";
        EXPECT_EQ(store->outbox.owed(), 0u);
        store = mounted(flash);
    }
}

TEST(Outbox, FullOfWhatMatters_LeavesHintsOut_AndDropsNothing) {
    MemoryFlash flash(24);
    auto store = mounted(flash);
    size_t written = 0;
    while (store->outbox.hasRoom() && store->outbox.add(identification(*store, static_cast<uint16_t>(written)), 0)) written++;
    EXPECT_GT(written, 300u);
    Report hint = identification(*store, 1);
    hint.kind = Report::Kind::Scan;
    hint.status = Report::Status::Waiting;
    EXPECT_FALSE(store->outbox.add(hint, 1));
    for (size_t i = 0; i < Outbox::kReserve; i++) EXPECT_TRUE(store->outbox.add(identification(*store, 9999), 0)) << "the reserve";
    store = mounted(flash);
    EXPECT_EQ(store->outbox.owed(), written + Outbox::kReserve);
    uint32_t number;
    Report report;
    ASSERT_TRUE(store->outbox.next(number, report));
    EXPECT_EQ(report.slot, 0);
}

TEST(Flash, AHundredThousandMessages_WearEverySectorAlike_AndNothingIsWrittenTwice) {
    MemoryFlash flash(16);
    auto store = mounted(flash);
    for (int i = 0; i < 100'000; i++) {
        ASSERT_TRUE(store->outbox.add(identification(*store, static_cast<uint16_t>(i)), 0));
        uint32_t number;
        Report report;
        ASSERT_TRUE(store->outbox.next(number, report));
        store->outbox.acknowledged(number);
    }
    EXPECT_EQ(flash.overwrites(), 0u);
    const auto [least, most] = std::minmax_element(flash.erasures().begin(), flash.erasures().end());
    EXPECT_LE(*most - *least, 2u);
    EXPECT_LT(*most, 200u) << "100,000 erasures of a sector are good for fifty million messages";
}

TEST(Flash, PowerCutAtAnyWrite_KeepsWhatWasWritten_AndRepeatsOnlyWhatWasCutOff) {
    // A model beside it: what add() said was written is there, in order; what was acknowledged may come once more at most.
    for (uint32_t seed = 1; seed <= 60; seed++) {
        MemoryFlash flash(6, seed);
        std::mt19937 random(seed);
        std::set<uint16_t> owed, unsure, offered;
        uint16_t next = 0;
        for (int boot = 0; boot < 120; boot++) {
            auto store = mounted(flash, static_cast<uint32_t>(random()));
            std::vector<uint16_t> found;
            uint32_t number;
            Report report;
            flash.cutAt(1 + random() % 90);
            while (!flash.isDead() && store->outbox.next(number, report)) {
                found.push_back(report.slot);
                store->outbox.acknowledged(number);
                owed.erase(report.slot);
                // Whether the mark was still written, only the flash knows.
                if (flash.isDead()) unsure.insert(report.slot);
            }
            EXPECT_TRUE(std::is_sorted(found.begin(), found.end())) << seed;
            for (const uint16_t slot : found) EXPECT_TRUE(unsure.count(slot) != 0 || offered.insert(slot).second) << seed << ": doubled " << slot;
            if (!flash.isDead()) {
                EXPECT_TRUE(owed.empty()) << seed << ": lost " << *owed.begin();
                owed.clear();
            }
            for (uint32_t i = 0; i < random() % 30 && !flash.isDead(); i++) {
                const uint16_t slot = next++;
                if (store->outbox.add(identification(*store, slot), 0)) {
                    owed.insert(slot);
                } else {
                    unsure.insert(slot);
                }
            }
        }
        EXPECT_EQ(flash.overwrites(), 0u) << seed;
    }
}

TEST(Flash, PowerCutsInARow_NeverWedgeTheLog) {
    // The power goes at each of the first writes after each start, again and again, with as much owed as there is room for.
    for (uint64_t at = 1; at <= 12; at++) {
        MemoryFlash flash(8, static_cast<uint32_t>(at));
        auto store = mounted(flash);
        size_t written = 0;
        while (store->outbox.hasRoom() && store->outbox.add(identification(*store, static_cast<uint16_t>(written)), 0)) written++;
        for (int boot = 0; boot < 40; boot++) {
            store = mounted(flash);
            flash.cutAt(at);
            for (int i = 0; i < 20 && !flash.isDead(); i++) {
                uint32_t number;
                Report report;
                ASSERT_TRUE(store->outbox.next(number, report));
                store->outbox.acknowledged(number);
                store->outbox.add(identification(*store, 1), 0);
            }
        }
        store = mounted(flash);
        // A boot may take one away for good and lose the one it adds, but no more.
        EXPECT_GE(store->outbox.owed() + 41, written) << at;
        EXPECT_TRUE(store->outbox.add(identification(*store, 2), 0)) << at;
    }
}

TEST(Flash, BadBytesUnderAMessage_CostThatMessageOnly) {
    MemoryFlash flash;
    auto store = mounted(flash);
    for (uint16_t slot = 0; slot < 3; slot++) store->outbox.add(identification(*store, slot), 0);
    // The second message: behind the sector's record and the boot's (32 bytes each) and the first (64).
    flash.bytes()[32 + 32 + 64 + 16 + 20] ^= 0x55;
    uint32_t number;
    Report report;
    ASSERT_TRUE(store->outbox.next(number, report));
    EXPECT_EQ(report.slot, 0);
    store->outbox.acknowledged(number);
    ASSERT_TRUE(store->outbox.next(number, report));
    EXPECT_EQ(report.slot, 2);
    EXPECT_EQ(store->outbox.unreadable(), 1u);
}

TEST(Flash, Noise_IsNoLog) {
    MemoryFlash flash;
    std::mt19937 random(3);
    for (uint8_t& byte : flash.bytes()) byte = static_cast<uint8_t>(random());
    auto store = mounted(flash, 42);
    EXPECT_EQ(store->boot(), 42u);
    EXPECT_TRUE(store->outbox.add(identification(*store, 1), 0));
    EXPECT_EQ(mounted(flash)->outbox.owed(), 1u);
}
