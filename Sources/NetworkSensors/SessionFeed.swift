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
    /// Samples that are collected, because each item waits for a commit.
    private var pending: [String: SampleBatch] = [:]
    private var nextSending = Clocks.now()

    private static let collecting: Int64 = 300_000_000
    private static let mostBytes = 65_536

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
        switch piece {
        case .event(let event):
            do throws(LinkError) {
                try client.send(
                    kind: event.kind, time: event.time, bound: event.bound, stream: event.stream,
                    payload: event.payload)
            } catch {
                log("\(source): a marker is lost: \(error)")
            }
        case .samples(let batch):
            if let waiting = pending[batch.stream], let joined = waiting.joined(batch) {
                pending[batch.stream] = joined
            } else {
                send(batch.stream)
                pending[batch.stream] = batch
            }
            if (pending[batch.stream]?.data.count ?? 0) > Self.mostBytes { send(batch.stream) }
        }
        tell()
    }

    /// Sends what was collected of a stream.
    private func send(_ stream: String) {
        guard let batch = pending.removeValue(forKey: stream) else { return }
        // An item is stored whole and must leave room in the ring for others.
        let size = max(1, batch.data.count / max(1, batch.count))
        let most = max(1, min(1024, Self.mostBytes / size))
        var first = 0
        repeat {
            let count = min(most, batch.count - first)
            let noted = count > 0 ? interruptions.removeValue(forKey: stream) : nil
            let interruption = first == 0 ? batch.interruption ?? noted : noted
            do throws(LinkError) {
                try client.send(
                    stream: stream,
                    firstTime: count > 0
                        ? Instant(nanoseconds: batch.stamps[first]) : Clocks.now(),
                    stamps: count > 0 ? Array(batch.stamps[first..<first + count]) : nil,
                    count: count, data: Array(batch.data[first * size..<(first + count) * size]),
                    missing: first == 0 ? batch.missing : nil, interruption: interruption,
                    readings: first == 0 && !batch.readings.isEmpty ? batch.readings : nil)
            } catch {
                if count > 0, interruptions.updateValue(.overflow, forKey: stream) == nil {
                    log("\(source): samples are lost: \(error)")
                }
            }
            first += count
        } while first < batch.count
    }

    private func sendAll() {
        for stream in Array(pending.keys) { send(stream) }
        nextSending = Clocks.now() + Self.collecting
    }

    /// Reads answers and sends what can go.
    func process() {
        if Clocks.now() >= nextSending { sendAll() }
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
        sendAll()
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
