#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <memory>
#include <random>

#include "flash/memory_flash.h"
#include "link/sender.h"
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

// Beside the store: what it owes after the next start, to the message. Slots tell messages apart.
class Ledger {
public:
    Ledger(uint32_t sectors, uint32_t seed) : flash(sectors, seed), _random(seed) { start(); }

    // As the power comes back, and goes again at a write of the start itself, or later.
    void start(uint64_t cutAt = 0) {
        flash.revive();
        flash.cutAt(cutAt);
        store = std::make_unique<Store>(flash);
        store->mount(static_cast<uint32_t>(_random()));
    }

    void add() {
        const uint16_t slot = _nextSlot++;
        // A write that was complete when the power went is one that is there, though nobody heard of it.
        if (store->outbox.add(identification(*store, slot), 0) || (flash.isCutWhole() && isCutOff(slot))) owed.insert(slot);
    }

    // The PUBACK of the oldest; false when nothing is owed.
    bool acknowledgeOne() {
        uint32_t number;
        Report report;
        if (!store->outbox.next(number, report)) return false;
        EXPECT_TRUE(owed.count(report.slot) != 0 || unsure.count(report.slot) != 0) << "came back: " << report.slot;
        store->outbox.acknowledged(number);
        owed.erase(report.slot);
        unsure.erase(report.slot);
        // Whether the flash still took the acknowledgement, only the next start tells.
        if (flash.isDead()) unsure.insert(report.slot);
        return true;
    }

    // Exactly what was written and not acknowledged is there, in order, after a start that goes well.
    void expectExact(const std::string& where) {
        start();
        std::vector<uint16_t> found;
        auto copy = flash;
        Store reader(copy);
        reader.mount(1);
        uint32_t number;
        Report report;
        while (reader.outbox.next(number, report)) {
            found.push_back(report.slot);
            reader.outbox.acknowledged(number);
        }
        EXPECT_EQ(store->outbox.owed(), found.size()) << where;
        EXPECT_TRUE(std::is_sorted(found.begin(), found.end())) << where << ": out of order";
        for (const uint16_t slot : unsure) {
            if (std::binary_search(found.begin(), found.end(), slot)) owed.insert(slot);
        }
        unsure.clear();
        EXPECT_EQ(found, std::vector<uint16_t>(owed.begin(), owed.end())) << where << ": lost, doubled, or torn and there all the same";
        EXPECT_EQ(flash.overwrites(), 0u) << where;
    }

    MemoryFlash flash;
    std::unique_ptr<Store> store;
    std::set<uint16_t> owed;
    std::set<uint16_t> unsure;

private:
    // Whether the record that the power cut off is that message itself, and not one that was moved before it.
    bool isCutOff(uint16_t slot) const {
        const std::vector<uint8_t>& bytes = flash.cutOff();
        Report report;
        return bytes.size() > 24 && bytes[1] == static_cast<uint8_t>(RecordKind::Message) && unpackReport(&bytes[24], bytes[3] - 8u, report) &&
               report.slot == slot;
    }

    std::mt19937 _random;
    uint16_t _nextSlot = 0;
};

TEST(Flash, PowerCutAtAnyWrite_KeepsWhatWasWritten_AndNothingTorn) {
    for (uint32_t seed = 1; seed <= 60 && !testing::Test::HasFailure(); seed++) {
        Ledger ledger(6, seed);
        std::mt19937 random(seed);
        for (int boot = 0; boot < 120; boot++) {
            // Every third time the power goes while it starts.
            ledger.start(1 + random() % (boot % 3 == 0 ? 3 : 90));
            for (size_t acks = random() % 40; acks > 0 && !ledger.flash.isDead() && ledger.acknowledgeOne();) acks--;
            for (size_t adds = random() % 40; adds > 0 && !ledger.flash.isDead(); adds--) ledger.add();
            ledger.expectExact("seed " + std::to_string(seed) + ", boot " + std::to_string(boot));
        }
    }
}

TEST(Flash, PowerCutsInARow_NeverWedgeTheLog_AndLoseNothing) {
    // The power goes at each of the first writes after each start, again and again, with as much owed as there is room for.
    for (uint64_t at = 1; at <= 24 && !testing::Test::HasFailure(); at++) {
        Ledger ledger(8, static_cast<uint32_t>(at));
        while (ledger.store->outbox.hasRoom()) ledger.add();
        for (int boot = 0; boot < 40; boot++) {
            ledger.start(at);
            for (int i = 0; i < 30 && !ledger.flash.isDead(); i++) {
                ASSERT_TRUE(ledger.acknowledgeOne());
                if (!ledger.flash.isDead()) ledger.add();
            }
            ledger.expectExact("cut at " + std::to_string(at) + ", boot " + std::to_string(boot));
        }
        ledger.add();
        ledger.expectExact("the end of " + std::to_string(at));
    }
}

// Writes what nobody needs afterwards, so that the log turns round.
static bool churn(Store& store) { return store.journal.move(EnrollmentJournal::Phase::Open); }

TEST(Flash, OldestSectorFullOfWhatIsOwed_MovesWhole_WheneverThePowerGoes) {
    // The tightest there is: nothing of the oldest sector may go, and each start writes something of its own between the copies.
    for (uint64_t at = 1; at <= 140 && !testing::Test::HasFailure(); at++) {
        Ledger ledger(5, static_cast<uint32_t>(at));
        for (int i = 0; i < 63; i++) ledger.add();
        for (int boot = 0; boot < 12; boot++) {
            ledger.start(at);
            while (!ledger.flash.isDead()) ASSERT_TRUE(churn(*ledger.store) || ledger.flash.isDead()) << at << ": the log is stuck";
            ledger.expectExact("cut at " + std::to_string(at) + ", boot " + std::to_string(boot));
        }
        ASSERT_EQ(ledger.owed.size(), 63u);
    }
}

TEST(Flash, AcknowledgedButKept_MovesAsAcknowledged) {
    MemoryFlash flash(5);
    auto store = mounted(flash);
    for (int i = 0; i < 10; i++) {
        ASSERT_TRUE(store->outbox.add(answer(*store, "c" + std::to_string(i)), 0));
        uint32_t number;
        Report report;
        ASSERT_TRUE(store->outbox.next(number, report));
        store->outbox.acknowledged(number);
    }
    // Three times round: by then everything has been moved.
    for (int i = 0; i < 3 * 5 * 64; i++) ASSERT_TRUE(churn(*store));
    store = mounted(flash);
    Report found;
    EXPECT_TRUE(store->outbox.findAnswer("c0", found));
    EXPECT_EQ(store->outbox.owed(), 0u) << "told again, though the gateway has it";
}

TEST(Flash, TurnedRoundManyTimes_StillKnowsBootAndEnrollment) {
    MemoryFlash flash(5);
    auto store = mounted(flash);
    EnrollmentOrder order;
    order.enrollment.assign("e-1");
    order.slot = 7;
    ASSERT_TRUE(store->journal.begin(order));
    for (uint16_t i = 0; i < 3 * 5 * 64; i++) {
        ASSERT_TRUE(store->outbox.add(identification(*store, i), 0));
        uint32_t number;
        Report report;
        ASSERT_TRUE(store->outbox.next(number, report));
        store->outbox.acknowledged(number);
    }
    store = mounted(flash, 9999);
    EXPECT_EQ(store->boot(), 78u) << "else an id might be used twice";
    EXPECT_TRUE(store->journal.isOf("e-1")) << "else nobody would put right what was broken off";
    EXPECT_EQ(store->journal.order().slot, 7);
}

TEST(Flash, PlaceThatTakesNoBytes_IsSkipped_AndTheMessageIsThereAllTheSame) {
    MemoryFlash flash;
    auto store = mounted(flash);
    flash.deadByte = 32 + 32 + 16 + 3;
    ASSERT_TRUE(store->outbox.add(identification(*store, 4), 0));
    store = mounted(flash);
    uint32_t number;
    Report report;
    ASSERT_TRUE(store->outbox.next(number, report));
    EXPECT_EQ(report.slot, 4);
    EXPECT_EQ(store->outbox.owed(), 1u);
}

TEST(Sender, OffersOneAtATime_AndAgainWhenNoPubAckComes_OrTheLineWasLost) {
    MemoryFlash flash;
    auto store = mounted(flash);
    for (uint16_t slot = 0; slot < 3; slot++) ASSERT_TRUE(store->outbox.add(identification(*store, slot), 0));
    const DeviceId device("desk-1");
    Sender sender(device, store->outbox);
    uint32_t first, number;
    MessageText text;
    ASSERT_TRUE(sender.next(0, first, text));
    const std::string payload(text.payload.view());
    EXPECT_FALSE(sender.next(19'999, number, text)) << "the next would overtake it";
    ASSERT_TRUE(sender.next(20'000, number, text));
    EXPECT_EQ(number, first);
    EXPECT_EQ(text.payload.view(), payload) << "under its id";
    sender.disconnected();
    sender.connected();
    ASSERT_TRUE(sender.next(20'001, number, text));
    EXPECT_EQ(number, first);
    sender.acknowledged(first);
    ASSERT_TRUE(sender.next(20'002, number, text));
    EXPECT_NE(number, first);
    sender.acknowledged(first);
    EXPECT_FALSE(sender.next(20'003, number, text)) << "a PUBACK that comes twice is not that of the next";
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
