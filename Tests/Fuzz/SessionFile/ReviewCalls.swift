@testable import SessionStore

/// What a program may ask of the review beside a session.
enum ReviewCalls {
    static let all: [@Sendable (ReviewReader) throws -> Void] = [
        { _ = try $0.version() },
        { _ = try $0.annotations(removed: true) },
        { _ = try $0.annotations(version: 2) },
        { _ = try $0.history(of: "00000000-0000-4000-8000-000000000000") },
        { _ = try $0.schemes() },
        { _ = try $0.ratings() },
        { _ = try $0.ratings(upTo: 1) },
        { _ = try $0.ratingHistory(assignment: "a") },
        { _ = try $0.stages() },
        { reader in
            for transcript in try reader.transcripts() {
                attempt { try reader.segments(of: transcript.id) }
            }
        },
    ]
}
