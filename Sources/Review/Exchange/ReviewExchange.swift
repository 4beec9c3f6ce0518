import Declarations
import Foundation
import SessionStore
import Timebase

/// A session's annotations in other programs' files. Reads the session and its review; waits for the disk.
public struct ReviewExchange {
    /// The session's file.
    public let path: String

    public init(path: String) { self.path = path }

    public enum Format: String, CaseIterable, Sendable {
        case elan, textgrid

        /// How files of it end.
        public var ending: String { self == .elan ? "eaf" : "TextGrid" }
    }

    private struct Session {
        var identifier: String
        var start: Instant
        var end: Instant
        var turns: [Turn]
    }

    private func session() throws(SessionStoreError) -> Session {
        let reader = try SessionReader.open(at: path)
        let row = try reader.session()
        let turns = try reader.turns()
        try reader.close()
        let start = row.description.started
        let last = turns.map { $0.shown ?? $0.sent }.max() ?? start
        return Session(
            identifier: row.description.identifier, start: start,
            end: max(start, row.stopped ?? last), turns: turns)
    }

    /// The whole file.
    /// - Parameters:
    ///   - layers: whose annotations; nil for all but those of assignments.
    ///   - showsTurns: whether the turns stand in tiers of their own.
    public func text(
        _ format: Format, layers: [String]? = nil, showsTurns: Bool = true, author: String = ""
    ) throws(SessionStoreError) -> String {
        let session = try session()
        let reader = try ReviewReader.open(path)
        let version = try reader.version()
        let annotations = try reader.annotations().filter {
            layers?.contains($0.layer) ?? ($0.stage == nil)
        }
        var schemes: [String: CodingScheme] = [:]
        for stored in try reader.schemes() {
            schemes[stored.sha256] = try? CodingScheme.read(stored.text, file: stored.name)
        }
        try reader.close()
        let tiers = TierBuilder(
            start: session.start, end: session.end, turns: session.turns,
            showsTurns: showsTurns, schemes: schemes
        ).tiers(annotations)
        switch format {
        case .elan:
            return ElanWriter(
                start: session.start, session: session.identifier, version: version,
                date: Date.now.formatted(.iso8601), author: author
            ).text(tiers)
        case .textgrid:
            return TextGridWriter(start: session.start, end: session.end).text(tiers)
        }
    }

    /// The annotations that an ELAN document has, to be added.
    /// - Parameters:
    ///   - bytes: the document.
    ///   - file: its name.
    ///   - scheme: by which codes are recognised; nil for none.
    public func elan(
        _ bytes: [UInt8], file: String, layer: String, scheme: CodingSchemeText?
    ) throws -> ElanImport.Result {
        let session = try session()
        let reader = try ReviewReader.open(path)
        let standing = try reader.annotations(layer: layer).map(\.state)
        try reader.close()
        let document = try ElanDocument.read(bytes)
        let read = try scheme.map { (try CodingScheme.read($0.text, file: $0.name), $0.sha256) }
        var result = ElanImport(
            layer: layer, scheme: read.map { (scheme: $0.0, sha256: $0.1) }, start: session.start,
            end: session.end,
            digest: FileHash.sha256(of: String(decoding: bytes, as: UTF8.self)), file: file,
            standing: standing
        ).changes(document)
        if let named = document.session, named != session.identifier {
            result.problems.append(
                "the file says that it is of the session \(named), not of this one")
        }
        return result
    }
}
