/// What would be exported, as the page shows it.
struct ExportPreview: Encodable, Sendable {
    struct Excluded: Encodable, Sendable {
        var participant: String
        var file: String
        /// As `ExcludedSession.Reason` has it.
        var reason: String
        var message: String
    }

    var sessions: [ExportRecord.Session]
    var leftOut: [Excluded]
    /// Bytes that should be free, and that are.
    var neededBytes: Int64
    var freeBytes: Int64

    init(_ found: ExportProgram.Preview, needed: Int64, free: Int64) {
        sessions = found.sessions.map {
            let (participant, file) = Self.place($0)
            return ExportRecord.Session(participant: participant, file: file)
        }
        leftOut = found.excluded.map {
            let (participant, file) = Self.place($0.path)
            return Excluded(
                participant: participant, file: file, reason: $0.reason, message: $0.message)
        }
        neededBytes = needed
        freeBytes = free
    }

    /// A session file's participant and its name.
    private static func place(_ path: String) -> (participant: String, file: String) {
        let parts = path.split(separator: "/").suffix(2).map(String.init)
        return (parts.first ?? "", parts.last ?? "")
    }
}
