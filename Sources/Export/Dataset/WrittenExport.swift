import Foundation
import SystemCalls

/// What an export that was written says of itself: its `manifest.json`, read back.
public struct WrittenExport: Decodable, Sendable {
    /// One file of the export.
    public struct File: Decodable, Hashable, Sendable {
        /// Below the export's folder.
        public var path: String
        /// The file's length.
        public var bytes: Int64
    }

    /// A session that was found and is not in it.
    public struct Excluded: Codable, Hashable, Sendable {
        /// The session file and the participant; missing under pseudonyms.
        public var file: String?
        public var participant: String?
        /// As `ExcludedSession.Reason` has it.
        public var reason: String
        public var message: String
    }

    private struct Session: Decodable {}

    private var kind: String
    private var sessions: [Session]
    public var excluded: [Excluded]
    public var notes: [String]
    /// Without the manifest itself.
    public var files: [File]

    /// How many sessions are in it.
    public var sessionCount: Int { sessions.count }

    /// Reads the manifest of an export; nil where a folder holds none.
    public init?(directory: String) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let bytes = try? FileSystem.read("\(directory)/\(ExportManifest.file)"),
            let written = try? decoder.decode(Self.self, from: Data(bytes)),
            written.kind.hasPrefix("attune-export/")
        else { return nil }
        self = written
    }

    /// All files that the export has, by their paths, with their lengths: the manifest is one of them.
    public static func files(of directory: String) -> [File]? {
        guard let written = Self(directory: directory) else { return nil }
        let size = (try? FileSystem.size("\(directory)/\(ExportManifest.file)")) ?? 0
        return [File(path: ExportManifest.file, bytes: size)] + written.files
    }
}
