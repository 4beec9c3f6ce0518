import Foundation
import SessionStore
import Synchronization
import SystemCalls

/// What an export holds and how it came about: `manifest.json`.
///
/// Described in Protocols/formats/export.md.
struct ExportManifest: Sendable {
    static let file = "manifest.json"
    /// What tells it from other programs' manifests, with its version.
    static let kind = "attune-export/1"

    var facts: DatasetFacts
    var options: ExportOptions
    var files: [ExportFolder.File]
    var notes: [String]

    private struct Document: Encodable {
        var kind = ExportManifest.kind
        var software = SoftwareVersion.current
        var arguments: [String]
        var formats: [String]
        var pseudonyms: Bool
        var datesMoved: Bool
        var leftOut: [String]
        var sessions: [Session]
        var excluded: [Excluded]
        var notes: [String]
        var files: [File]
    }

    private struct Session: Encodable {
        var session: String
        var participant: String
        /// Missing under pseudonyms, as is the file.
        var sessionId: String?
        var file: String?
        var sha256: String?
        var pilot: Bool
        var alignment: Int64
        var reviewVersion: Int64
        var withheld: [String]
    }

    private struct Excluded: Encodable {
        var file: String?
        var participant: String?
        var reason: String
        var message: String
    }

    private struct File: Encodable {
        var path: String
        var name: String
        var rows: Int64?
        var bytes: Int64
        var sha256: String
    }

    /// Hashes all files, makes them durable, and writes the manifest beside them.
    func write(to directory: String, threads: Int) throws -> ExportSummary {
        let sorted = files.sorted { $0.path < $1.path }
        let hashed = Mutex([Int: File]())
        let jobs = sorted.enumerated().map { place, file -> @Sendable () throws -> Void in
            {
                let path = "\(directory)/\(file.path)"
                let durable = try DurableFile(path)
                let entry = File(
                    path: file.path, name: file.name, rows: file.rows,
                    bytes: try FileSystem.size(path), sha256: try FileHash.sha256(path))
                try durable.finish()
                hashed.withLock { $0[place] = entry }
            }
        }
        try WorkerPool.run(jobs, threads: threads) {}
        let entries = hashed.withLock { hashed in sorted.indices.compactMap { hashed[$0] } }
        let isPlain = options.pseudonyms == nil
        let document = Document(
            arguments: options.arguments, formats: options.formats.map(\.rawValue),
            pseudonyms: !isPlain, datesMoved: options.pseudonyms?.movesDates ?? false,
            leftOut: options.selection.leftOut.map(\.rawValue).sorted(),
            sessions: facts.sessions.map { session in
                Session(
                    session: session.key.session, participant: session.key.participant,
                    sessionId: isPlain ? session.entry.identifier : nil,
                    file: isPlain ? session.entry.path : nil, sha256: session.entry.sha256,
                    pilot: session.entry.isPilot, alignment: session.alignment,
                    reviewVersion: session.reviewVersion, withheld: session.withheld)
            },
            excluded: facts.excluded.map {
                Excluded(
                    file: isPlain ? $0.path : nil, participant: isPlain ? $0.participant : nil,
                    reason: $0.reason.rawValue, message: isPlain ? $0.message : $0.reason.words)
            }, notes: notes, files: entries)
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileSystem.write(
            Array(encoder.encode(document)) + [0x0A], to: "\(directory)/\(Self.file)")
        var summary = ExportSummary()
        for (file, entry) in zip(sorted, entries) {
            summary.tables.append(
                .init(
                    name: file.name, file: file.path, rows: file.rows ?? 0, bytes: entry.bytes,
                    isSamples: file.isSamples))
        }
        summary.notes = notes
        return summary
    }
}
