import CSystemCalls
import Synchronization
import SystemCalls

/// Runs two threads against one another, pinned to processors 0 and 1, started together.
enum PinnedPair {
    /// What a run took and what both sides summed up together.
    struct Outcome {
        var nanoseconds: UInt64
        var sum: UInt64
    }

    private final class State: Sendable {
        let ready = Atomic<Int>(0)
        let start = Atomic<Int64>(0)
        let end = Atomic<Int64>(0)
        let sum = Atomic<UInt64>(0)

        func wait(processor: Int32) {
            _ = attune_pin_thread(processor)
            ready.wrappingAdd(1, ordering: .acquiringAndReleasing)
            while ready.load(ordering: .acquiring) != 2 {}
        }
    }

    /// The clock runs from the moment both are ready to the end of `consume`.
    static func run(
        produce: @escaping @Sendable () -> UInt64, consume: @escaping @Sendable () -> UInt64
    ) throws -> Outcome {
        let state = State()
        let consumer = try DedicatedThread(name: "consumer") {
            state.wait(processor: 1)
            let sum = consume()
            state.end.store(Clocks.now().nanoseconds, ordering: .releasing)
            state.sum.wrappingAdd(sum, ordering: .acquiringAndReleasing)
        }
        let producer = try DedicatedThread(name: "producer") {
            state.wait(processor: 0)
            state.start.store(Clocks.now().nanoseconds, ordering: .releasing)
            let sum = produce()
            state.sum.wrappingAdd(sum, ordering: .acquiringAndReleasing)
        }
        producer.join()
        consumer.join()
        let span = state.end.load(ordering: .acquiring) - state.start.load(ordering: .acquiring)
        return Outcome(
            nanoseconds: UInt64(max(span, 1)), sum: state.sum.load(ordering: .acquiring))
    }
}
