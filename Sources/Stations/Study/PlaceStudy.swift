import SessionStore

/// A study as a place has it. For one thread.
final class PlaceStudy {
    let study: String
    let store: any PlaceStore
    /// By session, those that can be understood.
    private(set) var manifests: [String: SessionManifest] = [:]
    /// Sessions whose manifests cannot be understood, with why.
    private(set) var strange: [String: String] = [:]
    /// By their names.
    private(set) var ledgers: [String: StationLedger] = [:]
    /// Files, by key.
    private(set) var objects: [String: StoredObject] = [:]
    /// What began to be sent.
    private(set) var unfinished: [UnfinishedSending] = []

    /// Lists all of the study at the place.
    /// - Throws: where the place cannot be read, and where a ledger cannot be understood: what was withdrawn
    ///   would not be known.
    init(_ store: any PlaceStore, study: String) throws(StationsError) {
        self.store = store
        self.study = study
        let stations = PlaceKey.stations(study)
        for object in try store.list(stations) {
            guard let name = PlaceKey.name(object.key, below: stations),
                let bytes = try store.read(object.key, atMost: PlaceJSON.most)
            else { continue }
            ledgers[name] = try StationLedger.read(bytes, study: study, name: name)
        }
        for object in try store.list(PlaceKey.files(study)) { objects[object.key] = object }
        do throws(StationsError) {
            // Manifests and ledgers too: in a folder, what is killed while it writes one leaves a half one.
            unfinished = try store.unfinished(study + "/")
        } catch {
            // Who only reads need not be allowed to see it, and not every store tells.
            guard error.code == .denied || error.code == .strange else { throw error }
        }
        let sessions = PlaceKey.sessions(study)
        for object in try store.list(sessions) {
            guard let session = PlaceKey.name(object.key, below: sessions),
                PlaceKey.isSession(session)
            else { continue }
            try read(session)
        }
    }

    /// Reads a session's manifest.
    func read(_ session: String) throws(StationsError) {
        manifests[session] = nil
        strange[session] = nil
        let key = PlaceKey.manifest(study: study, session: session)
        do throws(StationsError) {
            guard let bytes = try store.read(key, atMost: PlaceJSON.most) else { return }
            manifests[session] = try SessionManifest.read(bytes, study: study, session: session)
        } catch {
            guard error.code == .strange else { throw error }
            strange[session] = error.description
        }
    }

    var withdrawals: [StationLedger.Withdrawal] { ledgers.values.flatMap(\.withdrawals) }

    /// Files of a session that its manifest names and that are not there as it says.
    func missing(_ manifest: SessionManifest) -> [SessionManifest.File] {
        manifest.files.filter { objects[manifest.key($0)]?.size != $0.size }
    }

    /// Whether something of a session was sent, whatever its content.
    func hasBegun(_ session: LocalSession) -> Bool {
        let stem = PlaceKey.stem(
            study: study, participant: session.participant, stem: session.stem)
        return objects.keys.contains { $0.hasPrefix(stem) }
            || unfinished.contains { $0.key.hasPrefix(stem) }
    }

    /// The session that has a file's name; nil where nobody has it.
    func owner(of stem: String, participant: String) -> SessionManifest? {
        manifests.values.first { $0.participant == participant && $0.stem == stem }
    }

    /// Keys of files that manifests name.
    var referenced: Set<String> {
        Set(manifests.values.flatMap { manifest in manifest.files.map(manifest.key) })
    }

    // MARK: - Changes

    /// Writes a manifest.
    /// - Parameter earlier: what was there; nil for nothing.
    /// - Returns: false where another one came in between.
    func write(
        _ manifest: SessionManifest, over earlier: SessionManifest?
    ) throws(StationsError) -> Bool {
        let key = PlaceKey.manifest(study: study, session: manifest.session)
        guard
            try store.write(
                PlaceJSON.write(manifest), to: key, ifAbsent: earlier == nil)
        else { return false }
        manifests[manifest.session] = manifest
        strange[manifest.session] = nil
        for file in manifest.files {
            let key = manifest.key(file)
            objects[key] = StoredObject(key: key, size: file.size, changedRealtime: 0)
        }
        return true
    }

    /// Removes a session, its manifest first: from then on it is not there.
    func remove(_ session: String) throws(StationsError) {
        let manifest = manifests[session]
        try store.remove(PlaceKey.manifest(study: study, session: session))
        manifests[session] = nil
        strange[session] = nil
        guard let manifest else { return }
        let stem = PlaceKey.stem(
            study: study, participant: manifest.participant, stem: manifest.stem)
        // Another session of the same second is none of this.
        let others = referenced
        for key in objects.keys.sorted() where key.hasPrefix(stem) && !others.contains(key) {
            try remove(object: key)
        }
        for sending in unfinished where sending.key.hasPrefix(stem) { try giveUp(sending) }
    }

    func remove(object key: String) throws(StationsError) {
        try store.remove(key)
        objects[key] = nil
    }

    func giveUp(_ sending: UnfinishedSending) throws(StationsError) {
        try store.giveUp(sending)
        unfinished.removeAll { $0 == sending }
    }

    /// Writes a station's ledger, where it does not say the same already.
    func write(_ ledger: StationLedger, name: String) throws(StationsError) {
        if let there = ledgers[name], there.says(as: ledger) { return }
        _ = try store.write(
            PlaceJSON.write(ledger), to: PlaceKey.ledger(study: study, name: name),
            ifAbsent: false)
        ledgers[name] = ledger
    }
}
