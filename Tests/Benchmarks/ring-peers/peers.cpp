// Queues that Debian packages, for comparison with Attune's ring: boost::lockfree::spsc_queue,
// moodycamel::ReaderWriterQueue and atomic_queue::AtomicQueue2 in its single-producer form.
//
// Loaded by `attune-bench ring`. Each run does what the bench does with Attune's ring, in the same
// order and with the same pinning: the producer writes eight words a record, the consumer reads and
// sums all eight (both sides do, in round trips), and the sum goes back so that the bench can check it and the compiler cannot drop
// the work.

#include <atomic_queue/atomic_queue.h>
#include <boost/lockfree/spsc_queue.hpp>
#include <readerwriterqueue/readerwriterqueue.h>
#include <sched.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

namespace {

constexpr unsigned capacity = 4096;
constexpr unsigned batch = 16;

struct Record {
    uint64_t words[8];
};

struct Result {
    uint64_t nanoseconds;
    uint64_t sum;
};

uint64_t now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return uint64_t(time.tv_sec) * 1000000000u + uint64_t(time.tv_nsec);
}

void pin(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    sched_setaffinity(0, sizeof set, &set);
}

// How a side waits: so many pauses before it looks again.
int pauses = 0;

void pause() {
    for (int number = 0; number < pauses; number++) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("yield");
#endif
    }
}

Record record(uint64_t number) {
    Record record;
    for (unsigned word = 0; word < 8; word++) record.words[word] = number + word;
    return record;
}

uint64_t sum(const Record &record) {
    uint64_t sum = 0;
    for (uint64_t word : record.words) sum += word;
    return sum;
}

struct Boost {
    boost::lockfree::spsc_queue<Record, boost::lockfree::capacity<capacity>> queue;
    bool push(const Record &record) { return queue.push(record); }
    bool pop(Record &record) { return queue.pop(record); }
};

struct Moodycamel {
    moodycamel::ReaderWriterQueue<Record> queue{capacity};
    bool push(const Record &record) { return queue.try_enqueue(record); }
    bool pop(Record &record) { return queue.try_dequeue(record); }
};

struct AtomicQueue {
    atomic_queue::AtomicQueue2<Record, capacity, true, true, false, true> queue;
    bool push(const Record &record) { return queue.try_push(record); }
    bool pop(Record &record) { return queue.try_pop(record); }
};

// Both threads wait for one another, pinned, before the clock starts.
template <class Produce, class Consume>
Result run(Produce produce, Consume consume) {
    std::atomic<int> ready{0};
    uint64_t total = 0, end = 0;
    auto wait = [&](int processor) {
        pin(processor);
        ready.fetch_add(1);
        while (ready.load(std::memory_order_acquire) != 2) {
        }
    };
    std::thread consumer([&] {
        wait(1);
        total = consume();
        end = now();
    });
    uint64_t start = 0, told = 0;
    std::thread producer([&] {
        wait(0);
        start = now();
        told = produce();
    });
    producer.join();
    consumer.join();
    return {end - start, total + told};
}

template <class Queue>
Result throughput(uint64_t count) {
    auto queue = std::make_unique<Queue>();
    return run(
        [&] {
            for (uint64_t number = 0; number < count; number++) {
                const Record next = record(number);
                while (!queue->push(next)) pause();
            }
            return uint64_t(0);
        },
        [&] {
            uint64_t total = 0;
            Record next;
            for (uint64_t number = 0; number < count; number++) {
                while (!queue->pop(next)) pause();
                total += sum(next);
            }
            return total;
        });
}

// Only boost's queue can push several at once and drain what is there.
Result boost_batches(uint64_t count) {
    auto queue = std::make_unique<Boost>();
    return run(
        [&] {
            Record records[batch];
            for (uint64_t number = 0; number < count;) {
                unsigned filled = 0;
                while (filled < batch && number < count) records[filled++] = record(number++);
                const Record *next = records;
                while (filled > 0) {
                    const size_t pushed = queue->queue.push(next, filled);
                    next += pushed;
                    filled -= unsigned(pushed);
                    if (filled > 0) pause();
                }
            }
            return uint64_t(0);
        },
        [&] {
            uint64_t total = 0;
            for (uint64_t number = 0; number < count;) {
                const uint64_t found =
                    queue->queue.consume_all([&](const Record &next) { total += sum(next); });
                if (found == 0) pause();
                number += found;
            }
            return total;
        });
}

template <class Queue>
Result round_trips(uint64_t count) {
    auto there = std::make_unique<Queue>();
    auto back = std::make_unique<Queue>();
    return run(
        [&] {
            uint64_t total = 0;
            Record answer;
            for (uint64_t number = 0; number < count; number++) {
                const Record next = record(number);
                while (!there->push(next)) pause();
                while (!back->pop(answer)) pause();
                total += sum(answer);
            }
            return total;
        },
        [&] {
            uint64_t total = 0;
            Record next;
            for (uint64_t number = 0; number < count; number++) {
                while (!there->pop(next)) pause();
                total += sum(next);
                while (!back->push(next)) pause();
            }
            return total;
        });
}

struct Peer {
    const char *name;
    Result (*throughput)(uint64_t);
    Result (*batches)(uint64_t);
    Result (*round_trips)(uint64_t);
};

const Peer peers[] = {
    {"boost spsc_queue", throughput<Boost>, boost_batches, round_trips<Boost>},
    {"moodycamel ReaderWriterQueue", throughput<Moodycamel>, nullptr, round_trips<Moodycamel>},
    {"atomic_queue AtomicQueue2", throughput<AtomicQueue>, nullptr, round_trips<AtomicQueue>},
};

}  // namespace

extern "C" {

int ring_peer_count() { return sizeof peers / sizeof *peers; }

const char *ring_peer_name(int peer) { return peers[peer].name; }

// Runs a case (0 single records, 1 batches, 2 round trips) and returns its nanoseconds, or 0 where
// the peer has no such operation. Where a side waits, it pauses so many times before it looks again.
uint64_t ring_peer_run(int peer, int kind, int waiting, uint64_t count, uint64_t *sum) {
    pauses = waiting;
    const Peer &chosen = peers[peer];
    auto body = kind == 0 ? chosen.throughput : kind == 1 ? chosen.batches : chosen.round_trips;
    if (body == nullptr) return 0;
    const Result result = body(count);
    *sum = result.sum;
    return result.nanoseconds;
}
}
