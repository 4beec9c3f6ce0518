import Foundation
import Reports
import SessionStore
import SystemCalls

/// A dataset that is pinned: which sessions, each with the hash of its file and how far its review counts.
/// What is exported from it is the same in ten years, whatever is annotated, rated or recorded meanwhile.
///
/// Described in Protocols/formats/export.md.
public struct FrozenDataset: Codable, Sendable {
    public static let kind = "attune-dataset/1"

    public struct Session: Codable, Sendable {
        /// UUID as text.
        public var sessionId: String
        public var study: String
        public var participant: String
        /// The session's file, from the folder of the dataset's file.
        public var file: String
        public var pin: SessionPin
    }

    public struct Excluded: Codable, Sendable {
        public var file: String
        public var participant: String
        public var reason: String
    }

    public var kind = FrozenDataset.kind
    public var software = SoftwareVersion.current
    /// ISO 8601, UTC.
    public var madeUtc: String
    public var sessions: [Session]
    public var excluded: [Excluded]

    /// Pins a dataset as it is now.
    /// - Parameter path: where the dataset's file will be.
    /// - Throws: also for a session that is not finished yet.
    public init(
        _ dataset: Dataset, at path: String, proceed: (String) throws -> Void = { _ in }
    ) throws(ExportError) {
        madeUtc = CalendarTime(nanosecondsSince1970: Clocks.realtime()).text
        let folder = Self.folder(of: path)
        sessions = []
        for session in dataset.sessions {
            do { try proceed(session.path) } catch { throw .wrapping(error, directory: path) }
            sessions.append(
                Session(
                    sessionId: session.identifier, study: session.study,
                    participant: session.participant,
                    file: Self.relative(Self.absolute(session.path), from: folder),
                    pin: try SessionPin.now(of: session.path)))
        }
        excluded = dataset.excluded.map {
            Excluded(
                file: Self.relative(Self.absolute($0.path), from: folder),
                participant: $0.participant, reason: $0.reason.rawValue)
        }
    }

    /// Reads a dataset's file.
    /// - Throws: `changed` where it is none.
    public static func read(_ path: String) throws(ExportError) -> FrozenDataset {
        /// What every version of such a file says of itself.
        struct Head: Decodable { var kind: String }
        do {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let data = Data(try FileSystem.readText(path).utf8)
            let head = try decoder.decode(Head.self, from: data)
            guard head.kind == kind else {
                throw ExportError(
                    code: .changed,
                    message:
                        "\(path) is of the kind '\(head.kind)', and this program reads \(kind)")
            }
            return try decoder.decode(FrozenDataset.self, from: data)
        } catch let error as ExportError {
            throw error
        } catch {
            throw ExportError(
                code: .changed,
                message: "\(path) is no frozen dataset; attune study freeze makes one",
                cause: error is SystemError ? "\(error)" : nil)
        }
    }

    /// Where a session's file is.
    public func path(of session: Session, below path: String) -> String {
        session.file.hasPrefix("/")
            ? session.file : "\(Self.folder(of: path))/\(session.file)"
    }

    /// As JSON.
    public var text: String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Plain strings and numbers encode.
        return ((try? String(decoding: encoder.encode(self), as: UTF8.self)) ?? "") + "\n"
    }

    private static func absolute(_ path: String) -> String {
        let whole =
            path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        return URL(fileURLWithPath: whole).standardizedFileURL.path
    }

    private static func folder(of path: String) -> String {
        let parts = absolute(path).split(separator: "/").dropLast()
        return "/" + parts.joined(separator: "/")
    }

    /// A path from a folder: both are absolute.
    private static func relative(_ path: String, from folder: String) -> String {
        let target = path.split(separator: "/")
        let base = folder.split(separator: "/")
        let shared = zip(target, base).prefix { $0 == $1 }.count
        return
            ([String](repeating: "..", count: base.count - shared)
            + target[shared...].map(String.init)).joined(separator: "/")
    }
}
