import Synchronization
import SystemCalls
import Web

/// Compares passwords on a thread of its own. What takes 64 MiB and 0.1 s is done once at a time, and a
/// crowd is turned away rather than queued.
final class PasswordCheck: Sendable {
    private let threads: ReadingThreads
    private let waiting = Atomic<Int>(0)
    /// A hash that no password has, for accounts that do not exist: they must take as long.
    private let decoy: String

    private static let mostWaiting = 8

    /// - Throws: where no thread, or not enough memory, can be had.
    init() throws {
        threads = try ReadingThreads(count: 1, name: "passwords")
        decoy = try Password.hash(Secret.make())
    }

    /// Whether a password fits a hash; false after the same time where there is none. nil where too many
    /// wait already.
    func fits(_ password: String, hash: String?) async -> Bool? {
        let before = waiting.wrappingAdd(1, ordering: .relaxed).oldValue
        defer { waiting.wrappingSubtract(1, ordering: .relaxed) }
        guard before < Self.mostWaiting else { return nil }
        let text = hash ?? decoy
        let fits = try? await threads.run { Password.fits(password, hash: text) }
        return hash == nil ? false : fits ?? false
    }
}
