import Synchronization

/// The manifests that were asked for last, as they were sent. Any task may use it.
final class ManifestCache: Sendable {
    private struct Kept {
        /// Everything that the manifest depends on.
        var state: String
        var bytes: [UInt8]
        var used: ContinuousClock.Instant
    }

    private let kept = Mutex<[String: Kept]>([:])
    private static let most = 8

    /// The manifest of a session in a state; nil where it has to be made.
    func bytes(of id: String, state: String) -> [UInt8]? {
        kept.withLock { kept in
            guard kept[id]?.state == state else { return nil }
            kept[id]?.used = .now
            return kept[id]?.bytes
        }
    }

    func keep(_ bytes: [UInt8], of id: String, state: String) {
        kept.withLock { kept in
            if kept[id] == nil, kept.count >= Self.most,
                let oldest = kept.min(by: { $0.value.used < $1.value.used })
            {
                kept[oldest.key] = nil
            }
            kept[id] = Kept(state: state, bytes: bytes, used: .now)
        }
    }
}
