import SystemCalls

/// What of a study is still to be copied to a backup place, and what is to be removed there.
///
/// Looks at sizes and times of files, and reads none: a copy that lost its content is found by reading it
/// (`BackupCheck`).
public struct BackupSurvey {
    /// A file to copy.
    public struct Item: Hashable, Sendable {
        public enum Content: Hashable, Sendable {
            /// The session file, with its SHA-256 of the index.
            case session(sha256: String)
            /// The review file, an SQLite database that may change at any moment.
            case review
            /// The quality report.
            case report
        }

        public var content: Content
        /// Below the study's folder.
        public var file: String
        /// The session's id.
        public var session: String
        /// When it changed last, in nanoseconds since 1970-01-01 UTC.
        public var changedRealtime: Int64
    }

    /// How a finished session's copies are.
    public struct State: Hashable, Sendable {
        /// When the last of its copies was read back, in nanoseconds since 1970-01-01 UTC; nil while the
        /// session file has none.
        public var verifiedRealtime: Int64?
        /// What is still to be copied, in words; nil where nothing is.
        public var missing: String?
    }

    /// What is to be copied, in the order of sessions.
    public private(set) var items: [Item] = []
    /// Files whose copies are to be removed, with their sessions.
    public private(set) var removals: [(file: String, session: String)] = []
    /// By the session's id.
    public private(set) var states: [String: State] = [:]

    private let study: String
    private let folder: String
    private let place: BackupPlace
    private let isReachable: Bool
    private let known: [String: BackupEntry]

    /// - Parameters:
    ///   - folder: the study's folder.
    ///   - isReachable: false where the place is not there now, and what was copied is taken to be there.
    ///   - entries: what was copied, to this and other places.
    ///   - tombstoned: ids of sessions of which nothing is to be left, with their participants.
    public init(
        study: String, folder: String, place: BackupPlace, isReachable: Bool = true,
        sessions: [IndexedSession], entries: [BackupEntry], tombstoned: [String: String]
    ) {
        self.study = study
        self.folder = folder
        self.place = place
        self.isReachable = isReachable
        known = Dictionary(
            entries.lazy.filter { $0.place == place.identifier }.map { ($0.file, $0) },
            uniquingKeysWith: { $0.verifiedRealtime > $1.verifiedRealtime ? $0 : $1 })
        for session in sessions where tombstoned[session.identifier] == nil {
            guard let sha256 = session.sha256 else { continue }
            look(at: session, sha256: sha256)
        }
        for entry in known.values.sorted(by: { $0.file < $1.file })
        where tombstoned[entry.session] != nil {
            removals.append((entry.file, entry.session))
        }
        for participant in Set(tombstoned.values).sorted() {
            findUnknown(of: participant, tombstoned)
        }
    }

    /// Finds copies that were made and could not be noted any more: they say themselves whose they are.
    private mutating func findUnknown(of participant: String, _ tombstoned: [String: String]) {
        let names = (try? FileSystem.list("\(place.root)/\(study)/\(participant)")) ?? []
        for name in names where name.hasSuffix(".attune") && !name.hasPrefix(".") {
            let file = "\(participant)/\(name)"
            let path = place.path(study: study, file: file)
            guard known[file] == nil,
                let reader = try? SessionReader.open(at: path, alignment: .recorded)
            else { continue }
            let session = try? reader.session().description.identifier
            try? reader.close()
            guard let session, tombstoned[session] != nil else { continue }
            for file in [
                file, ReviewFile.path(of: file), StudyDirectory.qualityReport(of: file),
            ] {
                removals.append((file, session))
            }
        }
    }

    private mutating func look(at session: IndexedSession, sha256: String) {
        let path = "\(folder)/\(session.file)"
        var missing: [String] = []
        if let entry = known[session.file], entry.sha256 == sha256, isThere(entry) {
            states[session.identifier, default: State()].verifiedRealtime = entry.verifiedRealtime
        } else if let changed = FileSystem.changed(path) {
            items.append(
                Item(
                    content: .session(sha256: sha256), file: session.file,
                    session: session.identifier, changedRealtime: changed))
            missing.append("session")
        } else {
            missing.append("session (its file is not there)")
        }
        let beside: [(Item.Content, String, String)] = [
            (.review, ReviewFile.path(of: session.file), "review"),
            (.report, StudyDirectory.qualityReport(of: session.file), "quality report"),
        ]
        for (content, file, name) in beside {
            guard let changed = FileSystem.changed("\(folder)/\(file)") else { continue }
            if let entry = known[file], entry.changedRealtime == changed, isThere(entry) {
                var state = states[session.identifier, default: State()]
                state.verifiedRealtime = state.verifiedRealtime.map {
                    max($0, entry.verifiedRealtime)
                }
                states[session.identifier] = state
                continue
            }
            items.append(
                Item(
                    content: content, file: file, session: session.identifier,
                    changedRealtime: changed))
            missing.append(name)
        }
        if !missing.isEmpty {
            states[session.identifier, default: State()].missing = missing.joined(separator: ", ")
        }
    }

    private func isThere(_ entry: BackupEntry) -> Bool {
        !isReachable
            || (try? FileSystem.size(place.path(study: study, file: entry.file))) == entry.size
    }
}
