import Foundation
import SystemCalls

/// Where the files of studies lie: STUDY/study.db and STUDY/PARTICIPANT/`20261121T093000Z-chat.attune`.
public struct StudyDirectory: Hashable, Sendable {
    /// The data directory, which holds one directory a study.
    public let root: String

    public init(root: String) { self.root = root }

    /// Makes sure that a study's or participant's code can be a directory's name: 1 to 64 letters
    /// (A to Z, a to z), digits, `-` and `_`, the first of them a letter or a digit.
    /// - Parameter what: `study` or `participant`, for the error.
    public static func validate(_ code: String, _ what: String) throws(SessionStoreError) {
        let isPlain = code.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        let begins = code.utf8.first.map { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
        guard isPlain, begins == true, code.utf8.count <= 64 else {
            throw SessionStoreError(
                code: .invalidName,
                message: "'\(code)' cannot be a \(what) code: use 1 to 64 letters, digits, '-' "
                    + "and '_', beginning with a letter or a digit")
        }
    }

    /// The study's database.
    public func database(study: String) throws(SessionStoreError) -> String {
        try Self.validate(study, "study")
        return "\(root)/\(study)/study.db"
    }

    /// The database of the study in whose folder a session's file lies.
    public static func database(of file: String) -> String {
        let folders = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        switch folders.count {
        case 0: return "../study.db"
        case 1 where folders[0] != "" && folders[0] != "." && folders[0] != "..": return "study.db"
        default:
            let last = folders.last ?? ""
            if last == "." || last == ".." || folders.count == 1 {
                return folders.joined(separator: "/") + "/../study.db"
            }
            return (folders.dropLast() + ["study.db"]).joined(separator: "/")
        }
    }

    /// The directory of a participant's sessions.
    public func directory(
        study: String, participant: String
    ) throws(SessionStoreError) -> String {
        try Self.validate(study, "study")
        try Self.validate(participant, "participant")
        return "\(root)/\(study)/\(participant)"
    }

    /// The path of a session's file below the study's directory, as the study database keeps it.
    /// - Parameter started: nanoseconds since 1970-01-01 UTC.
    public static func relativePath(
        participant: String, kind: SessionKind, started: Int64
    ) throws(SessionStoreError) -> String {
        try validate(participant, "participant")
        return "\(participant)/\(stamp(started))-\(kind.rawValue).attune"
    }

    /// The path of a session's file; its directory is made where it is missing.
    /// - Parameter started: nanoseconds since 1970-01-01 UTC.
    public func makeSessionPath(
        study: String, participant: String, kind: SessionKind, started: Int64
    ) throws(SessionStoreError) -> String {
        let directory = try directory(study: study, participant: participant)
        do {
            try FileSystem.makeDirectories(directory)
            // The names of the folders are durable before anything is said to be stored in them.
            for parent in ["\(root)/\(study)", root] { try FileSystem.syncDirectory(parent) }
        } catch {
            throw .system(error, path: directory)
        }
        let relative = try Self.relativePath(
            participant: participant, kind: kind, started: started)
        return "\(root)/\(study)/\(relative)"
    }

    /// Where a session's quality report is, beside its file: `X.quality.html` for `X.attune`.
    public static func qualityReport(of session: String) -> String {
        (session.hasSuffix(".attune") ? String(session.dropLast(".attune".count)) : session)
            + ".quality.html"
    }

    /// Whole seconds of UTC, as in `20261121T093000Z`.
    private static func stamp(_ realtime: Int64) -> String {
        let seconds = realtime.quotientAndRemainder(dividingBy: 1_000_000_000).quotient
        let date = Date(timeIntervalSince1970: Double(seconds))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second], from: date)
        func digits(_ value: Int?, _ width: Int) -> String {
            let text = String(value ?? 0)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return digits(parts.year, 4) + digits(parts.month, 2) + digits(parts.day, 2) + "T"
            + digits(parts.hour, 2) + digits(parts.minute, 2) + digits(parts.second, 2) + "Z"
    }
}
