import Foundation
import Synchronization

/// The same work for many seeds, on all processors.
enum Concurrently {
    /// What came of each number from 0 up to and without `count`, in their order.
    static func map<Result: Sendable>(
        _ count: Int, _ work: @escaping @Sendable (Int) throws -> Result
    ) throws -> [Result] {
        let results = Mutex<[Int: Result]>([:])
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: count) { number in
            guard failure.withLock({ $0 == nil }) else { return }
            do {
                let result = try work(number)
                results.withLock { $0[number] = result }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        let found = results.withLock { $0 }
        return (0..<count).compactMap { found[$0] }
    }
}
