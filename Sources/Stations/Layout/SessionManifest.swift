import SessionStore

/// What a place says of one session: whose it is, and its files with their hashes. It is written last, so that
/// a session without one is not there.
public struct SessionManifest: Codable, Hashable, Sendable {
    /// A file of it.
    public struct File: Codable, Hashable, Sendable {
        public var part: SessionPart
        /// Bytes.
        public var size: Int64
        /// Of the whole, 64 lowercase hexadecimal digits.
        public var sha256: String
        /// Bytes of each piece but the last.
        public var partSize: Int64
        /// SHA-256 of each piece, in their order.
        public var parts: [String]
    }

    public var format = "attune-session"
    public var version = 1
    public var study: String
    public var session: String
    public var participant: String
    public var kind: SessionKind
    public var pilot: Bool
    /// The machine that recorded it.
    public var station: String
    /// Nanoseconds since 1970-01-01 UTC, as all times here.
    public var startedRealtimeNs: Int64
    public var finishedRealtimeNs: Int64
    /// The session that a commentary looks back on.
    public var parent: String?
    public var continuationOf: String?
    /// Rows of the file's audit trail that say that something was taken out of it.
    public var changes: [String]
    public var files: [File]
    /// The station that sent it, and when.
    public var pushedBy: String
    public var pushedRealtimeNs: Int64

    public func file(_ part: SessionPart) -> File? { files.first { $0.part == part } }

    /// The session file's SHA-256; nil where the manifest has none and is not to be used.
    public var sha256: String? { file(.session)?.sha256 }

    /// `20261121T093000Z-chat`: what the daemon names its files.
    public var stem: String {
        // A participant's code was looked at before; an empty stem is refused by `check`.
        let path = try? StudyDirectory.relativePath(
            participant: participant, kind: kind, started: startedRealtimeNs)
        return path.map { String($0.dropFirst(participant.utf8.count + 1).dropLast(7)) } ?? ""
    }

    func key(_ file: File) -> String {
        PlaceKey.file(
            study: study, participant: participant, stem: stem, part: file.part,
            sha256: file.sha256)
    }

    /// Reads one, and makes sure that nothing in it leads elsewhere.
    /// - Throws: `strange`.
    static func read(
        _ bytes: [UInt8], study: String, session: String
    ) throws(StationsError) -> SessionManifest {
        let key = PlaceKey.manifest(study: study, session: session)
        let manifest = try PlaceJSON.read(SessionManifest.self, bytes, key: key)
        try manifest.check(study: study, session: session)
        return manifest
    }

    /// - Throws: `strange`.
    func check(study: String, session: String) throws(StationsError) {
        func refusal(_ why: String) -> StationsError {
            StationsError(
                .strange,
                "\(PlaceKey.manifest(study: study, session: session)) is not as Attune writes it",
                cause: why)
        }
        guard format == "attune-session" else { throw refusal("it has another format") }
        guard version == 1 else {
            throw refusal("version \(version) is not known: install a newer Attune")
        }
        guard self.study == study, self.session == session, PlaceKey.isSession(session) else {
            throw refusal("it is of another session")
        }
        guard (try? StudyDirectory.validate(participant, "participant")) != nil else {
            throw refusal("its participant's code cannot be a folder's name")
        }
        // Years 1970 to 2261: what a name can hold.
        guard startedRealtimeNs >= 0, finishedRealtimeNs > 0, !stem.isEmpty else {
            throw refusal("its times make no sense")
        }
        guard file(.session) != nil, Set(files.map(\.part)).count == files.count else {
            throw refusal("its list of files makes no sense")
        }
        guard changes.count <= 100_000, station.utf8.count <= 1000 else {
            throw refusal("it is too long")
        }
        for file in files {
            guard (0...file.part.mostBytes).contains(file.size), PlaceKey.isSHA256(file.sha256),
                FileParts.sizes.contains(file.partSize), file.parts.allSatisfy(PlaceKey.isSHA256),
                file.parts.count == FileParts.count(size: file.size, partSize: file.partSize)
            else { throw refusal("sizes and hashes of its \(file.part.rawValue) do not fit") }
        }
    }
}
