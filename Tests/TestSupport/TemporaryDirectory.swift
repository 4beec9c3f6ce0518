import Foundation
import SystemCalls

/// A fresh directory for one test, removed when the last reference goes.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init(_ name: String = "attune-test") throws {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        path = "\(base)/\(name)-\(UUID().uuidString.prefix(8))"
        try FileSystem.makeDirectories(path, mode: 0o700)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { "\(path)/\(name)" }
}
