import Link
import Timebase

/// What the console last heard of the station, and from whom. A pure value.
struct StationKnowledge: Sendable {
    /// How one of the programs is to be reached.
    struct Reach: Sendable {
        /// Why it is not; nil where it is.
        var trouble: String?
        /// Since when that has been so, in nanoseconds of the station's clock and of UTC.
        var sinceNs: Int64
        var sinceUtcNs: Int64
        /// When it answered last.
        var answeredNs: Int64?

        mutating func answered(at now: Instant, utc: Int64) {
            if trouble != nil { self = Reach(sinceNs: now.nanoseconds, sinceUtcNs: utc) }
            answeredNs = now.nanoseconds
        }

        mutating func failed(_ words: String, at now: Instant, utc: Int64) {
            if trouble == nil {
                sinceNs = now.nanoseconds
                sinceUtcNs = utc
            }
            trouble = words
        }

        var told: JSONValue {
            [
                "reachable": .bool(trouble == nil), "trouble": trouble.map(JSONValue.string) ?? nil,
                "since_ns": .integer(sinceNs), "since_utc_ns": .integer(sinceUtcNs),
                "answered_ns": answeredNs.map(JSONValue.integer) ?? nil,
            ]
        }
    }

    /// One session's parts that the status does not have.
    struct Session: Sendable {
        var procedure: ProcedureInfo?
        var streams: [StreamInfo] = []
        var checks: [FittingCheck] = []
        var checkedNs: Int64?
    }

    var daemon: Reach
    var chat: Reach
    var status: Status?
    var sessions: [String: Session] = [:]
    var chatAddress = ""
    var rooms: [ChatInterface.Room] = []
    var alarms = AlarmBoard()
    var receptions: [String: ReceptionHistory] = [:]
    /// From when a device's losses count: a little after it began to send.
    private var settled: [String: Instant] = [:]

    init(now: Instant, utc: Int64) {
        daemon = Reach(sinceNs: now.nanoseconds, sinceUtcNs: utc)
        chat = daemon
    }

    mutating func take(_ status: Status, at now: Instant, utc: Int64) {
        daemon.answered(at: now, utc: utc)
        self.status = status
        alarms.take(status.alarms, nowNs: now.nanoseconds)
        let recording = Set(status.sessions.map(\.id))
        sessions = sessions.filter { recording.contains($0.key) }
        let names = Set(status.devices.map(\.name))
        receptions = receptions.filter { names.contains($0.key) }
        for device in status.devices {
            // What an interruption cost is told as a gap, some moments after it has ended.
            if device.state != .streaming || settled[device.name] == nil {
                settled[device.name] = now + 3_000_000_000
                receptions[device.name] = nil
            }
            guard let from = settled[device.name], now >= from else { continue }
            receptions[device.name, default: ReceptionHistory()].note(
                received: device.samples, lost: device.lost, at: now)
        }
    }

    // MARK: - For pages

    /// The whole state as pages read it; see `Protocols/formats/console-live.md`.
    func told(now: Instant, utc: Int64) throws(JSONMismatch) -> JSONValue {
        var members: [String: JSONValue] = [
            "now_ns": .integer(now.nanoseconds), "now_utc_ns": .integer(utc),
            "daemon": daemon.told, "chat": chat.told, "chat_address": .string(chatAddress),
            "alarms": .array(try alarms.told.map { entry throws(JSONMismatch) in try told(entry) }),
        ]
        guard let status else { return .object(members) }
        members["station"] = [
            "name": .string(status.station), "version": .string(status.version),
            "uptime_ms": .integer(Int64(status.uptimeMs)), "data": .string(status.data),
            "subscribers": .integer(Int64(status.subscribers)),
        ]
        members["rings"] = try JSONValue(encoding: status.rings)
        members["storage"] = try told(status.storage)
        members["clock"] = try JSONValue(encoding: status.clock)
        if let backup = status.backup { members["backup"] = try JSONValue(encoding: backup) }
        members["sessions"] = .array(
            try status.sessions.map { session throws(JSONMismatch) in try told(session) })
        members["devices"] = .array(
            try status.devices.map { device throws(JSONMismatch) in try told(device) })
        return .object(members)
    }

    private func told(_ entry: AlarmBoard.Entry) throws(JSONMismatch) -> JSONValue {
        let alarm = try JSONValue(encoding: entry.alarm)
        let session = status?.sessions.first { $0.id == entry.alarm.session }
        return alarm.with([
            "key": .string(AlarmBoard.key(entry.alarm)), "open": .bool(entry.isOpen),
            "over_ns": entry.overNs.map(JSONValue.integer) ?? nil,
            "times": .integer(Int64(entry.times)),
            "participant": session.map { .string($0.participant) } ?? nil,
        ])
    }

    private func told(_ storage: StorageInfo) throws(JSONMismatch) -> JSONValue {
        let rate = storage.bytesPerSecond ?? 0
        return try JSONValue(encoding: storage).with([
            "hours_left": rate > 0 ? .real(Double(storage.freeBytes) / rate / 3600) : nil
        ])
    }

    private func told(_ session: SessionInfo) throws(JSONMismatch) -> JSONValue {
        let more = sessions[session.id] ?? Session()
        let room = rooms.first { $0.session == session.id }
        return try JSONValue(encoding: session).with([
            "procedure": try more.procedure.map { info throws(JSONMismatch) in
                try JSONValue(encoding: info)
            } ?? nil,
            "streams": try JSONValue(encoding: more.streams),
            "checks": try JSONValue(encoding: more.checks),
            "checked_ns": more.checkedNs.map(JSONValue.integer) ?? nil,
            "room": try room.map { room throws(JSONMismatch) in try JSONValue(encoding: room) }
                ?? nil,
        ])
    }

    private func told(_ device: DeviceInfo) throws(JSONMismatch) -> JSONValue {
        let session = device.session.flatMap { sessions[$0] }
        let streams = Set((session?.streams ?? []).filter { $0.source == device.name }.map(\.name))
        let checks = (session?.checks ?? []).filter { check in
            guard let source = check.source else { return false }
            if source == device.name { return true }
            return streams.contains { source.hasPrefix("\($0).") }
        }
        let share = receptions[device.name]?.share
        let quality = SignalQuality(device, checks: checks, share: share)
        return try JSONValue(encoding: device).with([
            "quality": .string(quality.level.rawValue),
            "words": .array(quality.words.map(JSONValue.string)),
            "received_share": share.map(JSONValue.real) ?? nil,
        ])
    }
}

extension JSONValue {
    /// An object with more members.
    fileprivate func with(_ more: [String: JSONValue]) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.merging(more) { $1 })
    }
}
