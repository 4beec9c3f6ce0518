import SessionStore
import SystemCalls

/// How what lies beside a session stands: its review file, which grows, and its quality report, which can be
/// made anew at any time.
struct BesideStanding: Hashable {
    /// What is only here, or has more here, and is to be sent.
    var toSend: [SessionPart] = []
    /// What is only at the place.
    var toBring: [SessionPart] = []
    /// What neither can be sent nor brought, for people.
    var differs: String?

    /// Of a session that is here and there.
    init(
        _ here: LocalSession, _ there: SessionManifest, place: PlaceStudy
    ) throws(StationsError) {
        let report = SessionPart.report.path(of: here.path)
        switch (FileSystem.exists(report), there.file(.report) != nil) {
        case (true, false): toSend.append(.report)
        case (false, true): toBring.append(.report)
        default: break
        }
        let review = SessionPart.review.path(of: here.path)
        switch (FileSystem.exists(review), there.file(.review)) {
        case (true, nil): toSend.append(.review)
        case (false, .some): toBring.append(.review)
        case (true, let file?): try compare(review, there, file, place)
        case (false, nil): break
        }
    }

    private mutating func compare(
        _ review: String, _ there: SessionManifest, _ file: SessionManifest.File,
        _ place: PlaceStudy
    ) throws(StationsError) {
        let bytes: [UInt8]
        do {
            bytes = try DatabaseImage.read(review)
        } catch {
            throw .local(error)
        }
        if PartHashes.sha256(bytes) == file.sha256 { return }
        switch try Self.relation(review, there, file, place) {
        case .same: break
        case .more: toSend.append(.review)
        case .less:
            differs =
                "the review at the place has more than the one here, which the daemon may be "
                + "writing: to take it over, remove \(review) while the daemon does not run, and "
                + "pull again"
        case .differs:
            differs =
                "the review here and the one at the place each have entries that the other lacks; "
                + "they are not merged, and both stay as they are. To go on with the one at the "
                + "place, move \(review) elsewhere while the daemon does not run, pull, and enter "
                + "again what only the other one has. To go on with the one here, remove "
                + "\(there.key(file)) from the place, and push"
        }
    }

    /// Most bytes of a review that is fetched to be compared.
    private static let most: Int64 = 256 << 20

    private static func relation(
        _ review: String, _ there: SessionManifest, _ file: SessionManifest.File,
        _ place: PlaceStudy
    ) throws(StationsError) -> ReviewRelation {
        guard file.size <= most else { return .differs }
        let folder = try Scratch()
        defer { folder.remove() }
        let copy = folder.path + "/there.review"
        let hashes = PartHashes(file)
        let made = try AssembledFile(copy, hashes, rights: 0o600)
        for part in hashes.parts.indices {
            try made.add(
                try place.store.read(there.key(file), hashes.range(part)), part: part)
        }
        _ = try made.end()
        do {
            return try ReviewComparison.relation(of: review, to: copy)
        } catch {
            throw .local(error)
        }
    }
}
