import Glibc
import Link
import SystemCalls
import Timebase

/// One linked client of a commentary with its outbox, the round trips of its page's clock, and, of a
/// microphone, how far its samples have come. Confined to the links' thread.
final class ThinkAloudLink {
    let name: ThinkAloudLinkName
    let client: LinkedClient
    /// Samples that are on the disk, of a microphone; counts what the page lost as well.
    private(set) var samples: Int64
    var toldTrouble = false
    var lastUse = Clocks.now()

    private let trips: ThinkAloudLog?
    private let progress: ThinkAloudLog?
    private var toldTrips: Int

    /// Opens the outbox, or makes it, and takes up what an earlier process knew.
    init(
        _ name: ThinkAloudLinkName, directory: String, socketPath: String
    ) throws(LinkError) {
        self.name = name
        let base = "\(directory)/\(name.file)"
        let outbox = try Outbox(path: "\(base).outbox")
        client = LinkedClient(
            path: socketPath, outbox: outbox, registration: Self.registration(name))
        if name.part == .console {
            trips = nil
        } else {
            let log = try ThinkAloudLog(path: "\(base).trips", columns: 4)
            trips = log
            // A row of one number says how many the daemon has confirmed.
            let known = log.rows.filter { $0.count == 4 }.map {
                ClockObservation(
                    clientSentNs: $0[0], receivedNs: $0[1], sentNs: $0[2], clientReceivedNs: $0[3])
            }
            let confirmed = log.rows.last { $0.count == 1 }?[0] ?? 0
            client.restore(known, confirmed: Int(clamping: confirmed))
        }
        if case .microphone = name.part {
            let log = try ThinkAloudLog(path: "\(base).samples", columns: 1)
            progress = log
            // An item that was put in right before the process fell is not in the log yet.
            let last = outbox.entries.last.flatMap(Self.samples)
            samples = max(log.rows.last?.first ?? 0, last?.upperBound ?? 0)
        } else {
            progress = nil
            samples = 0
        }
        toldTrips = client.confirmedTrips
    }

    private static func registration(_ name: ThinkAloudLinkName) -> LinkedClient.Registration {
        switch name.part {
        case .console:
            .init(
                session: name.commentary, client: "console", title: "Console: the replay",
                clock: .station)
        case .view:
            .init(
                session: name.commentary, client: "view", title: "Console: a page of the replay",
                clock: .own)
        case .microphone(_, let rate, let stream):
            .init(
                session: name.commentary, client: "microphone", title: "Console: a microphone",
                streams: [
                    LinkStream(
                        name: stream, kind: .audio, rateHz: Double(rate), clock: .counter,
                        channels: [
                            LinkChannel(
                                name: "sound", unit: "full scale", type: .i16, scale: 1 / 32768.0,
                                offset: 0)
                        ])
                ], clock: .own)
        }
    }

    /// Which samples an item holds; nil for any other.
    static func samples(in entry: OutboxEntry) -> Range<Int64>? {
        guard let item = try? JSONValue(parsing: entry.bytes[...]),
            let first = item["samples"]?["first_index"]?.integer,
            let count = item["samples"]?["count"]?.integer, count >= 0
        else { return nil }
        return first..<first + count
    }

    /// Takes round trips of the page's clock; those that cannot be are passed over.
    func take(_ observations: [ClockObservation]) throws(LinkError) {
        let possible = observations.filter {
            RoundTrip(
                clientSent: $0.clientSentNs, received: Instant(nanoseconds: $0.receivedNs),
                sent: Instant(nanoseconds: $0.sentNs), clientReceived: $0.clientReceivedNs
            ).isPossible
        }
        guard let trips, !possible.isEmpty else { return }
        for trip in possible {
            try trips.append([
                trip.clientSentNs, trip.receivedNs, trip.sentNs, trip.clientReceivedNs,
            ])
        }
        try client.report(possible)
    }

    /// Puts an event in, under its number; one that is in already is left out.
    /// - Returns: the last number that is in.
    @discardableResult
    func put(
        _ number: Int64, kind: String, time: Instant, payload: JSONValue
    ) throws(LinkError) -> Int64 {
        let last = client.outbox.lastSequence
        guard number == last + 1 else { return last }
        return try client.put(kind: kind, time: time, payload: payload)
    }

    /// Samples of an item at most: each is stored whole, and must leave room in the ring for others.
    private static let mostSamples = 32_768

    /// Puts samples in that follow on those before.
    /// - Parameter piece: its `first` has to be the number of samples so far, and what it says to be
    ///   missing.
    func put(_ piece: SoundPiece, stream: String, rate: Int) throws(LinkError) {
        var rest: SoundPiece? = piece
        while var next = rest {
            rest = next.dropping(before: next.first + Int64(Self.mostSamples), rate: rate)
            next.data = Array(next.data.prefix(2 * Self.mostSamples))
            try putOne(next, stream: stream)
        }
    }

    private func putOne(_ piece: SoundPiece, stream: String) throws(LinkError) {
        let before = client.outbox.lastSequence
        do throws(LinkError) {
            try client.send(
                stream: stream, firstTime: piece.captured, firstIndex: piece.first,
                count: piece.count, data: piece.data,
                missing: piece.missing > 0 ? piece.missing : nil,
                interruption: piece.isInterrupted ? .disconnect : nil)
        } catch {
            // What is in the outbox counts, whatever happened to what was sent before.
            if client.outbox.lastSequence == before { throw error }
        }
        samples = piece.first + Int64(piece.count)
        try progress?.append([samples])
    }

    func process() throws(LinkError) {
        try client.process()
        if client.confirmedTrips != toldTrips {
            toldTrips = client.confirmedTrips
            try trips?.append([Int64(toldTrips)])
        }
    }
}
