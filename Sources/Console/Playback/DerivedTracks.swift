import Measures
import SessionStore
import Synchronization
import SystemCalls
import Timebase

/// Tracks that are computed from others, and peaks. Any task may use it.
///
/// Works on threads of its own, so that tiles of recorded channels never wait for what takes a second.
/// Keeps what was computed for some sessions, each for one file, alignment, review version and consent.
final class DerivedTracks: Sendable {
    private struct Kept {
        var derivation: SessionDerivation
        var version: String
        var used: ContinuousClock.Instant
    }

    private let threads: ReadingThreads
    private let kept = Mutex<[String: Kept]>([:])
    private static let most = 8

    /// - Throws: where no threads can be had.
    init() throws(SystemError) { threads = try ReadingThreads(count: 2) }

    /// What is derived from a session in its present version.
    func derivation(of session: PlaybackSession) -> SessionDerivation {
        kept.withLock { kept in
            let id = session.opened.listed.id
            let version = session.tag ?? "records"
            if let known = kept[id], known.version == version {
                kept[id]?.used = .now
                return known.derivation
            }
            if kept.count >= Self.most, let oldest = kept.min(by: { $0.value.used < $1.value.used })
            {
                kept[oldest.key] = nil
            }
            let made = SessionDerivation(corrections: session.corrections)
            kept[id] = Kept(derivation: made, version: version, used: .now)
            return made
        }
    }

    /// Reads and computes on threads of its own.
    func run<Result: Sendable>(
        _ session: PlaybackSession,
        _ body: @escaping @Sendable (SessionDerivation, SessionReader) throws -> Result
    ) async throws -> Result {
        let derivation = derivation(of: session)
        return try await threads.run {
            try session.opened.readNow { try body(derivation, $0) }
        }
    }
}
