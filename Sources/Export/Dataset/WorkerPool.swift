import Synchronization
import SystemCalls

/// Does independent pieces of work on several threads.
enum WorkerPool {
    /// Does all jobs, in their order as far as threads are free; waits for them.
    /// - Parameters:
    ///   - threads: how many at a time; with 1 the caller's thread does them.
    ///   - failed: told once one has thrown, so that others can end early.
    /// - Throws: what the first job to fail threw; cancellations that followed from it never hide it.
    static func run(
        _ jobs: [@Sendable () throws -> Void], threads: Int, failed: @escaping @Sendable () -> Void
    ) throws {
        let next = Atomic<Int>(0)
        let failure = Mutex<(any Error)?>(nil)
        let work: @Sendable () -> Void = {
            while true {
                let job = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard job < jobs.count, failure.withLock({ $0 == nil }) else { return }
                do {
                    try jobs[job]()
                } catch {
                    failure.withLock { if $0 == nil { $0 = error } }
                    failed()
                }
            }
        }
        let count = min(threads, jobs.count)
        if count <= 1 {
            work()
        } else {
            let others = try (1..<count).map { number in
                try DedicatedThread(
                    name: "export-\(number)", stackSize: 8 << 20, body: work)
            }
            work()
            for thread in others { thread.join() }
        }
        if let error = failure.withLock(\.self) { throw error }
    }
}
