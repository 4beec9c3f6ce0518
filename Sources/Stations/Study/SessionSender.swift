import SessionStore
import SystemCalls

/// Sends one session: its files, and then the manifest that says that it is there.
struct SessionSender {
    let options: StationPlace.Options
    let place: PlaceStudy
    let withdrawals: Withdrawals

    /// What was sent.
    struct Sent {
        var manifest: SessionManifest
        /// False where another manifest came in between.
        var isWritten: Bool
        var parts: [SessionPart]
        var bytes: Int64
    }

    /// - Parameters:
    ///   - parts: what of it is sent, as far as it is here; the rest stays as the place has it.
    ///   - there: the manifest that is replaced; nil for none.
    func send(
        _ session: LocalSession, _ parts: [SessionPart], over there: SessionManifest?
    ) throws(StationsError) -> Sent {
        var files = there?.files.filter { !parts.contains($0.part) } ?? []
        var sent = (parts: [SessionPart](), bytes: Int64(0))
        for part in parts {
            let path = part.path(of: session.path)
            guard let content = try source(part, path) else {
                // It is at the place and broken, or only named there: nothing is known of it any more.
                continue
            }
            let hashes = try PartHashes(
                content, partSize: FileParts.size(for: content.size, asked: options.partSize))
            if part == .session { try check(session, hashes) }
            let file = SessionManifest.File(
                part: part, size: hashes.size, sha256: hashes.sha256, partSize: hashes.partSize,
                parts: hashes.parts)
            let key = PlaceKey.file(
                study: session.study, participant: session.participant, stem: session.stem,
                part: part, sha256: hashes.sha256)
            sent.bytes += try place.store.send(content, hashes, to: key)
            sent.parts.append(part)
            files.append(file)
        }
        var manifest = SessionManifest(
            study: session.study, session: session.identifier, participant: session.participant,
            kind: session.kind, pilot: session.isPilot, station: session.station,
            startedRealtimeNs: session.started, finishedRealtimeNs: session.finished,
            parent: session.parent, continuationOf: session.continuationOf,
            changes: session.changes, files: files, pushedBy: options.station.name,
            pushedRealtimeNs: Clocks.realtime())
        manifest.files.sort { $0.part.rawValue < $1.part.rawValue }
        try manifest.check(study: session.study, session: session.identifier)
        let isWritten = try place.write(manifest, over: there)
        if isWritten, let there {
            let named = place.referenced
            for file in there.files where !named.contains(there.key(file)) {
                try place.remove(object: there.key(file))
            }
        }
        return Sent(
            manifest: manifest, isWritten: isWritten, parts: sent.parts, bytes: sent.bytes)
    }

    /// - Returns: nil where the session has no such file.
    private func source(
        _ part: SessionPart, _ path: String
    ) throws(StationsError) -> (any PartSource)? {
        guard part == .session || FileSystem.exists(path) else { return nil }
        guard part == .review else { return try FileSource(path) }
        // The daemon may write it at any moment: it is read through SQLite, at one moment.
        do {
            return BytesSource(bytes: try DatabaseImage.read(path))
        } catch {
            throw .local(error)
        }
    }

    /// Makes sure that what was read is the session that is meant, and whole.
    private func check(_ session: LocalSession, _ hashes: PartHashes) throws(StationsError) {
        if let indexed = session.indexedSHA256, indexed != hashes.sha256 {
            throw StationsError(
                .damaged,
                "\(session.path) is not the file that was finished (its SHA-256 is not that of the "
                    + "study's index), and is not sent. See 'attune check'")
        }
        // Something may have been taken out of it since it was looked at.
        let now: LocalSession
        do {
            now = try LocalStudy.read(session.path)
        } catch {
            throw .local(error)
        }
        guard now.identifier == session.identifier, now.changes == session.changes,
            now.size == hashes.size, now.condition == .sealed
        else {
            throw StationsError(
                .changed, "\(session.path) changed while it was sent; push again")
        }
    }
}
