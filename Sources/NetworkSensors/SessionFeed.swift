import Link
import SystemCalls
import Timebase

/// What one sensor brings into one session: a linked client with an outbox of its own, so that each
/// piece arrives exactly once, whoever is killed.
final class SessionFeed {
    let session: String
    private let source: String
    private let client: LinkedClient
    private let outboxPath: String
    private let log: (String) -> Void
    /// Streams that have to tell with their next samples that some may be missing.
    private var interruptions: [String: LinkInterruption] = [:]
    private var lastState: LinkedState?

    /// - Parameters:
    ///   - directory: where outboxes are kept.
    ///   - streams: what the source brings; all of them, for none can join later.
    init(
        session: String, source: any NetworkSource, streams: [LinkStream], socket: String,
        directory: String, log: @escaping (String) -> Void
    ) throws(LinkError) {
        self.session = session
        self.source = source.name
        self.log = log
        outboxPath = "\(directory)/\(Self.file(session, source.name))"
        let outbox = try Outbox(path: outboxPath)
        client = LinkedClient(
            path: socket, outbox: outbox,
            registration: LinkedClient.Registration(
                session: session, client: source.name, title: "attune-net: \(source.name)",
                streams: streams))
        if outbox.lastSequence > 0 {
            // This program was away in the middle of the session.
            for stream in streams { interruptions[stream.name] = .disconnect }
        }
        try client.process()
    }

    static let prefix = "net-"
    static let suffix = ".outbox"

    static func file(_ session: String, _ source: String) -> String {
        "\(prefix)\(SensorName.cleaned(session))-\(source)\(suffix)"
    }

    var descriptor: Int32? { client.descriptor }
    var wantsWrite: Bool { client.wantsWrite }
    var millisecondsUntilDue: Int? { client.millisecondsUntilDue }

    /// Takes a piece; what the outbox cannot hold becomes a gap.
    func take(_ piece: SensorPiece) {
        do throws(LinkError) {
            switch piece {
            case .event(let event):
                try client.send(
                    kind: event.kind, time: event.time, bound: event.bound, stream: event.stream,
                    payload: event.payload)
            case .samples(let batch):
                // An item is stored whole and must leave room in the ring for others.
                let size = max(1, batch.data.count / max(1, batch.count))
                let most = max(1, min(1024, 131_072 / size))
                var first = 0
                repeat {
                    let count = min(most, batch.count - first)
                    let isFirst = first == 0
                    let noted = count > 0 ? interruptions.removeValue(forKey: batch.stream) : nil
                    let period = batch.stamps == nil ? 0 : batch.stamps?[first] ?? 0
                    try client.send(
                        stream: batch.stream,
                        firstTime: period == 0 ? batch.firstTime : Instant(nanoseconds: period),
                        stamps: batch.stamps.map { Array($0[first..<first + count]) },
                        count: count,
                        data: Array(batch.data[first * size..<(first + count) * size]),
                        missing: isFirst ? batch.missing : nil,
                        interruption: isFirst ? batch.interruption ?? noted : noted,
                        readings: isFirst ? batch.readings : nil)
                    first += count
                } while first < batch.count
            }
        } catch {
            if case .samples(let batch) = piece, batch.count > 0 {
                if interruptions.updateValue(.overflow, forKey: batch.stream) == nil {
                    log("\(source): \(error)")
                }
            }
        }
        tell()
    }

    /// Reads answers and sends what can go.
    func process() {
        do throws(LinkError) {
            try client.process()
        } catch {
            log("\(source): \(error)")
        }
        tell()
    }

    private func tell() {
        guard client.state != lastState else { return }
        switch client.state {
        case .linked(let session):
            if case .linked? = lastState {} else { log("\(source): linked to \(session.id)") }
        case .refused(let refusal): log("\(source): \(refusal)")
        case .waiting(let reason):
            if case .linked? = lastState { log("\(source): \(reason); trying again") }
        case .registering: break
        }
        lastState = client.state
    }

    /// Delivers what it can before the program ends; the rest waits on the disk.
    func flush(milliseconds: Int) {
        _ = try? client.flush(timeoutMilliseconds: milliseconds)
    }

    /// The session is over: nothing more can be delivered.
    func discard() {
        let left = client.outbox.entries.count
        if left > 0 { log("\(source): \(left) pieces came too late for \(session)") }
        Self.remove(outboxPath)
    }

    static func remove(_ path: String) {
        // Gone already is as good.
        try? FileSystem.remove(path)
        try? FileSystem.remove(path + ".lock")
    }
}
