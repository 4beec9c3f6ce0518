import Link
import SystemCalls

/// A stand-in for the daemon's own handler: one session, `s-1`, whose events are "committed" at
/// each tick.
public final class DoubleHandler: VarlinkHandler {
    public let store: DoubleStore
    public private(set) var closed: [ConnectionID] = []
    private var staged: [(call: VarlinkCall?, client: String, events: [LinkEvent])] = []
    private var marks: [VarlinkCall] = []
    private var followers: [(call: VarlinkCall, sent: Int64, missed: Int)] = []
    private var registered: [String: ConnectionID] = [:]
    private var ownClocks: Set<String> = []

    public init(store: DoubleStore) { self.store = store }

    public static let session = SessionInfo(
        id: "s-1", study: "pilot", participant: "P01", kind: "chat", state: .recording, pilot: true,
        phases: ["chat"], startedUtcNs: 1, durationMs: 2, file: "/data/s-1.attune", devices: [],
        clients: [], samples: 3, events: 4, gaps: 0, lost: 0, fileBytes: 5,
        startedNs: 1)

    public static let linkSession = LinkSession(
        id: "s-1", study: "pilot", participant: "P01", kind: "chat", state: .recording, pilot: true,
        startedNs: 1)

    public static let status = Status(
        version: "1", station: "test", bootId: "b", uptimeMs: 1, data: "/data", runtime: "/run",
        sessions: [session],
        devices: [
            DeviceInfo(
                name: "bitalino", profile: "bitalino", node: "/dev/ttyS0", identity: "x",
                state: .streaming, reason: "", session: "s-1", streams: ["eda"], samples: 10,
                lastSampleAgeMs: 3, rateHz: 999.5, faults: 0)
        ],
        rings: [
            RingInfo(
                name: "devices", capacity: 1024, used: 8, overflowedRecords: 0, overflowedBytes: 0)
        ],
        storage: StorageInfo(
            freeBytes: 9_007_199_254_740_993, commitMsMedian: 1.5, commitMsWorst: 2,
            lastCommitAgeMs: 1, commitDurations: .commits),
        alarms: [Alarm(code: "silent", text: "a device is silent", sinceNs: 1)], connections: 1,
        subscribers: 0, startedUtcNs: 1_700_000_000_000_000_000,
        streams: [
            StreamTotals(source: "bitalino", stream: "eda", kind: "signal", samples: 10, lost: 2)
        ], link: LinkInfo(clients: 2, connected: 1, waiting: 3, missed: 4))

    public func handle(_ call: VarlinkCall) {
        do throws(VarlinkError) {
            switch call.method {
            case ControlInterface.GetStatus.name:
                call.reply(ControlInterface.GetStatus.Reply(status: DoubleHandler.status))
            case ControlInterface.GetClock.name:
                let now = Clocks.triple()
                call.reply(
                    ControlInterface.GetClock.Reply(
                        clock: ClockReading(
                            monotonicNs: now.monotonic.nanoseconds, boottimeNs: now.boottime,
                            realtimeUtcNs: now.realtime, uncertaintyNs: now.uncertainty)))
            case ControlInterface.StartSession.name:
                call.reply(ControlInterface.StartSession.Reply(session: DoubleHandler.session))
            case ControlInterface.GetSession.name:
                let session = try call.parameters(of: ControlInterface.GetSession.self).session
                if session == "" || session == "s-1" {
                    call.reply(
                        ControlInterface.GetSession.Reply(
                            session: DoubleHandler.session, streams: []))
                } else {
                    call.fail(ControlError.noSuchSession(session))
                }
            case ControlInterface.StopSession.name:
                call.reply(ControlInterface.StopSession.Reply(session: DoubleHandler.session))
            case ControlInterface.Mark.name: marks.append(call)
            case ControlInterface.Subscribe.name: followers.append((call, 0, 0))
            case LinkInterface.Register.name:
                register(call, try call.parameters(of: LinkInterface.Register.self))
            case LinkInterface.SendEvents.name:
                send(call, try call.parameters(of: LinkInterface.SendEvents.self))
            case LinkInterface.ReportClock.name:
                let given = try call.parameters(of: LinkInterface.ReportClock.self)
                store.report(given.observations, of: given.client)
                call.reply(
                    LinkInterface.ReportClock.Reply(accepted: given.observations.count))
            case LinkInterface.Exchange.name:
                let now = Clocks.now().nanoseconds
                call.reply(LinkInterface.Exchange.Reply(receivedNs: now, sentNs: now))
            case LinkInterface.WatchSession.name:
                call.reply(
                    LinkInterface.WatchSession.Reply(session: DoubleHandler.linkSession),
                    continues: true)
                watchers.append(call)
            default: return  // dropped unanswered
            }
        } catch {
            call.fail(error)
        }
    }

    private var watchers: [VarlinkCall] = []

    public func connectionClosed(_ connection: ConnectionID) {
        closed.append(connection)
        followers.removeAll { $0.call.connection == connection }
        watchers.removeAll { $0.connection == connection }
        marks.removeAll { $0.connection == connection }
        registered = registered.filter { $0.value != connection }
    }

    private func register(_ call: VarlinkCall, _ given: LinkInterface.Register.Parameters) {
        if given.session != "" && given.session != "s-1" {
            call.fail(LinkRefusal.noSuchSession(given.session))
            return
        }
        if let other = registered[given.client], other != call.connection {
            call.fail(LinkRefusal.clientBusy(given.client))
            return
        }
        registered[given.client] = call.connection
        if given.clock == .own { ownClocks.insert(given.client) }
        call.reply(
            LinkInterface.Register.Reply(
                client: given.client, session: DoubleHandler.linkSession,
                acknowledged: store.last(of: given.client)))
    }

    private func send(_ call: VarlinkCall, _ given: LinkInterface.SendEvents.Parameters) {
        guard registered[given.client] == call.connection else {
            call.fail(LinkRefusal.notRegistered(client: given.client))
            return
        }
        if ownClocks.contains(given.client), store.trips[given.client] == nil {
            call.fail(LinkRefusal.itemRefused(sequence: 1, reason: "its clock is not known yet"))
            return
        }
        var last = store.last(of: given.client)
        for item in staged where item.client == given.client {
            last = max(last, item.events.last?.sequence ?? 0)
        }
        var fresh: [LinkEvent] = []
        for event in given.events where event.sequence > last {
            guard event.sequence == last + 1 else {
                call.fail(LinkRefusal.sequenceGap(expected: last + 1))
                return
            }
            fresh.append(event)
            last = event.sequence
        }
        staged.append((call, given.client, fresh))
    }

    /// "Commits", answers what waited for it, and feeds the followers.
    public func tick() throws {
        let batch = staged
        staged = []
        try store.commit(batch.flatMap { item in item.events.map { (item.client, $0) } })
        for item in batch {
            item.call?.reply(
                LinkInterface.SendEvents.Reply(acknowledged: store.last(of: item.client)))
        }
        for call in marks {
            call.reply(
                ControlInterface.Mark.Reply(
                    session: DoubleHandler.session, timeNs: Clocks.now().nanoseconds))
        }
        marks = []
        for index in followers.indices { feed(index) }
        followers.removeAll { !$0.call.isOpen }
    }

    private func feed(_ index: Int) {
        let endless = followers[index].call.parameters["session"] == "endless"
        for _ in 0..<20 where followers[index].call.isOpen {
            let item = StreamItem(
                stream: "eda", kind: .samples, firstIndex: followers[index].sent, count: 64,
                timeNs: Clocks.now().nanoseconds, periodNs: 1e6, boundNs: 1, channels: ["eda"],
                values: Base64.encode(doubles: [Double](repeating: 0.5, count: 64)),
                missed: followers[index].missed)
            let isLast = !endless && followers[index].sent == 4
            let taken = followers[index].call.reply(
                ControlInterface.Subscribe.Reply(item: item), continues: !isLast)
            followers[index].missed = taken ? 0 : followers[index].missed + 1
            followers[index].sent += 1
        }
    }
}
