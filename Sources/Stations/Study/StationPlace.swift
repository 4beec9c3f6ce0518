import SessionStore
import SystemCalls

/// A place that was opened, and what is done there.
public final class StationPlace {
    /// What is asked for beyond the place itself.
    public struct Options: Sendable {
        /// This machine.
        public var station: StationName
        /// Bytes of each piece of a file that is sent.
        public var partSize = FileParts.usual
        /// Whether all files are read and compared, here and at the place, instead of what index, names and
        /// sizes say.
        public var verifies = false
        /// Free bytes that a pull leaves on the disk: a recording may go on at the same time.
        public var reserve: Int64 = 512 << 20
        /// Is told what goes on, line by line.
        public var tell: (@Sendable (String) -> Void)?

        public init(station: StationName) { self.station = station }
    }

    let store: any PlaceStore
    let options: Options
    /// Whether it is a place only since now.
    public let isNew: Bool
    public var name: String { store.name }

    /// Opens a folder.
    /// - Parameter forPush: whether a folder that is no place yet becomes one.
    public static func open(
        directory: String, _ options: Options, forPush: Bool
    ) throws(StationsError) -> StationPlace {
        try StationPlace(DirectoryStore(directory), options, forPush: forPush)
    }

    /// Opens a prefix in a bucket.
    public static func open(
        prefix: String, _ endpoint: S3Endpoint, _ surroundings: S3Surroundings,
        _ options: Options, forPush: Bool
    ) throws(StationsError) -> StationPlace {
        let connection = try S3Connection(
            endpoint, surroundings.credentials, certificates: surroundings.certificates)
        let address = PlaceAddress.bucket(endpoint.bucket, prefix: prefix).description
        let client = S3Client(
            endpoint, place: address, plan: RetryPlan(), perform: connection.perform,
            rest: Pause.seconds)
        return try StationPlace(S3Store(client, prefix: prefix), options, forPush: forPush)
    }

    init(_ store: any PlaceStore, _ options: Options, forPush: Bool) throws(StationsError) {
        self.store = store
        self.options = options
        try store.open()
        if let bytes = try store.read(PlaceKey.mark, atMost: PlaceJSON.most) {
            try PlaceJSON.read(PlaceMark.self, bytes, key: PlaceKey.mark).check(store.name)
            isNew = false
            return
        }
        guard forPush else {
            throw StationsError(
                .noPlace,
                "nothing was sent to \(store.name) yet: it has no \(PlaceKey.mark). Is it the right "
                    + "one, and is its disk mounted?")
        }
        isNew = try store.write(
            PlaceJSON.write(PlaceMark()), to: PlaceKey.mark, ifAbsent: true)
    }

    /// Studies that have something at the place. What else lies there is passed over.
    public func studies() throws(StationsError) -> [String] {
        try store.folders().filter { (try? StudyDirectory.validate($0, "study")) != nil }
    }

    // MARK: - What is done

    /// Sends what a station has of a study, and removes what was withdrawn.
    /// - Parameters:
    ///   - data: the station's data directory.
    ///   - only: ids of sessions; commentaries on them are sent too. Nil for all.
    /// - Throws: where nothing could be done.
    public func push(
        data: String, study: String, only: Set<String>? = nil
    ) throws(StationsError) -> StudyOutcome {
        let local = try local(data, study)
        let place = try PlaceStudy(store, study: study)
        let withdrawals = Withdrawals(place.withdrawals + local.withdrawals)
        var push = StudyPush(
            options: options, local: local, place: place, withdrawals: withdrawals,
            outcome: outcome)
        do throws(StationsError) {
            // What was withdrawn is known to all before anything else is done.
            try writeLedger(local, place, withdrawals)
            try push.run(only)
        } catch {
            push.outcome.cutOff = error.description
        }
        if let store = store as? S3Store, store.keepsVersions {
            push.outcome.remarks.append(
                "\(name) keeps old versions of what is removed: have them deleted there too, for "
                    + "what was withdrawn is still among them")
        }
        return push.outcome
    }

    /// Brings what a station lacks of a study.
    /// - Throws: where nothing could be done.
    public func pull(data: String, study: String) throws(StationsError) -> StudyOutcome {
        let local = try local(data, study)
        let place = try PlaceStudy(store, study: study)
        let withdrawals = Withdrawals(place.withdrawals + local.withdrawals)
        var pull = StudyPull(
            options: options, local: local, place: place, withdrawals: withdrawals,
            outcome: outcome)
        do throws(StationsError) {
            try pull.run()
        } catch {
            pull.outcome.cutOff = error.description
        }
        do throws(StationsError) {
            try writeLedger(local, place, withdrawals)
        } catch {
            pull.outcome.remarks.append(
                "the other stations are not told what is here now: \(error.description)")
        }
        return pull.outcome
    }

    /// Compares what a station has of a study with what is at the place. Changes nothing.
    public func compare(data: String, study: String) throws(StationsError) -> StudyComparison {
        let local = try local(data, study)
        let place = try PlaceStudy(store, study: study)
        return try StudyComparison(
            local: local, place: place,
            withdrawals: Withdrawals(place.withdrawals + local.withdrawals),
            own: options.station, verifies: options.verifies)
    }

    private func local(_ data: String, _ study: String) throws(StationsError) -> LocalStudy {
        try LocalStudy(
            data: data, study: study, station: options.station, verifies: options.verifies)
    }

    private var outcome: StudyOutcome {
        StudyOutcome(place: store.name, station: options.station.name)
    }

    /// Writes what this station holds, and all withdrawals that it knows of.
    private func writeLedger(
        _ local: LocalStudy, _ place: PlaceStudy, _ withdrawals: Withdrawals
    ) throws(StationsError) {
        let ledger = StationLedger(
            study: local.study, station: options.station.name, realtimeNs: Clocks.realtime(),
            withdrawals: withdrawals.all, holdings: local.holdings)
        // A station that has nothing and knows nothing need not be known.
        if ledger.holdings.isEmpty, ledger.withdrawals.isEmpty,
            place.ledgers[options.station.file] == nil
        {
            return
        }
        try place.write(ledger, name: options.station.file)
    }
}
