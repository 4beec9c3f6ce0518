import Foundation

/// Moments as the pages show them to machines: `2026-11-21T09:30:00.125Z`.
enum UTCText {
    /// - Parameter realtime: nanoseconds since 1970-01-01 UTC.
    static func text(_ realtime: Int64) -> String {
        Date(timeIntervalSince1970: Double(realtime / 1_000_000) / 1e3).formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
