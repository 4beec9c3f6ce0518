import Foundation
import Link
import SystemCalls
import Timebase
import VirtualDevices

/// Compares what the virtual devices and the chat say they sent with the exported tables.
struct DemoComparison {
    private let folder: String
    private let demo: DemoRun
    private let tables: DemoTables

    /// What may still be on its way from a device to the reader when a session stops: nanoseconds.
    private static let underway: Int64 = 250_000_000

    /// - Parameter folder: a demo's run: logs, conversation, exported tables.
    init(folder: String) throws {
        self.folder = folder
        demo = try DemoRun.read(in: folder)
        tables = try DemoTables(folder: "\(folder)/export")
    }

    /// Compares everything.
    /// - Returns: what was found, for a person.
    /// - Throws: `DemoError.mismatch` with the first difference.
    func run() throws -> [String] {
        [
            try sensor("bitalino", stream: "bitalino", columns: ["ecg": 2, "eda": 3]),
            try sensor("grove", stream: "grove-gsr", columns: ["resistance": 0]),
            try keys(),
            try turns(),
        ]
    }

    private func log(_ device: String) -> String { "\(folder)/devices/\(device).log" }

    // MARK: - Sensors

    /// The stored run must be one run of the log, in order and without a hole, from before the start to
    /// the stop.
    private func sensor(
        _ device: String, stream: String, columns: [String: Int]
    ) throws -> String {
        let reader = try DeviceLogReader(path: log(device))
        let sent = try reader.frames(.sent)
        let stored = try tables.samples(of: stream, channels: columns.keys.sorted())
        let wanted = sent.map { frame in
            columns.sorted { $0.key < $1.key }.map { frame.values[$0.value] }
        }
        // What found the terminal full was never sent, because attuned did not read.
        if let overrun = try reader.frames(.overrun).first(where: {
            $0.written >= demo.started && $0.written < demo.stopping
        }) {
            throw DemoError.mismatch("\(device): frame \(overrun.number) found nobody reading")
        }
        guard !stored.isEmpty else { throw DemoError.mismatch("\(device): no sample is stored") }
        let first = try Self.place(of: stored, in: wanted, device)
        let next = first + stored.count
        if first > 0, sent[first - 1].written >= demo.started {
            throw DemoError.mismatch(
                "\(device): frame \(sent[first - 1].number) was sent after the session's start, "
                    + "and is not stored")
        }
        if next < sent.count, sent[next].written + Self.underway < demo.stopping {
            throw DemoError.mismatch(
                "\(device): frame \(sent[next].number) was sent before the session's stop, and is "
                    + "not stored")
        }
        return
            "\(device): frames \(sent[first].number) to \(sent[next - 1].number) of the device's "
            + "log are stored, \(stored.count) samples of \(columns.count) "
            + "channel\(columns.count == 1 ? "" : "s")"
    }

    /// Where the stored rows stand in the log, all of them.
    private static func place(
        of stored: [[Int64]], in sent: [[Int64]], _ device: String
    ) throws -> Int {
        var longest = (length: 0, place: 0)
        for place in sent.indices {
            var length = 0
            while length < stored.count, place + length < sent.count,
                sent[place + length] == stored[length]
            {
                length += 1
            }
            if length == stored.count { return place }
            if length > longest.length { longest = (length, place) }
        }
        let row = longest.length
        let next = longest.place + row
        throw DemoError.mismatch(
            "\(device): \(stored.count) samples are stored, but they are no run of the "
                + "\(sent.count) frames that were sent. The first \(row) agree; then "
                + "\(stored[row]) is stored where "
                + "\(next < sent.count ? "\(sent[next])" : "nothing more") was sent")
    }

    // MARK: - Keys and turns

    /// Each key that went down is stored with its time, and each that went up too.
    private func keys() throws -> String {
        let log = try DeviceLogReader(path: log("keyboard")).frames(.sent)
        let downs = log.filter { $0.values.last == 1 }.map(\.due.nanoseconds)
        let ups = log.filter { $0.values.last == 0 }.map(\.due.nanoseconds)
        let stored = try tables.keystrokes()
        try Self.compare(downs, stored.pressed, "keyboard: key presses")
        try Self.compare(ups.sorted(), stored.released.sorted(), "keyboard: key releases")
        if demo.expectsTurns && downs.isEmpty {
            throw DemoError.mismatch("keyboard: nobody typed anything")
        }
        return
            "keyboard: \(downs.count) presses and \(ups.count) releases are stored at their times"
    }

    /// What the participant saw on the page and sent from it is stored: the conversation word for
    /// word, and the participant's own messages at the times of their Enter keys. The client may have
    /// said one thing more that nobody saw.
    private func seenTurns() throws -> String {
        let lines = try FileSystem.readText("\(folder)/participant.log").split(separator: "\n")
            .map { try JSONValue(parsing: Array($0.utf8)[...]) }
        let seen = lines.filter { $0["seen"] != nil }
            .map { [$0["author"]?.string ?? "", $0["text"]?.string ?? ""] }
        let stored = try tables.turns()
        let words = stored.map { Array($0[0..<2]) }
        // The last message of each side may not have been looked at any more.
        guard words.count <= seen.count + 2 else {
            throw DemoError.mismatch(
                "chat: \(words.count) turns are stored, and only \(seen.count) were seen")
        }
        try Self.compare(seen, Array(words.prefix(max(seen.count, 0))), "chat: turns")
        let sent = lines.filter { $0["sent_ns"] != nil }
        let own = stored.filter { $0[0] == "participant" }
        try Self.compare(
            sent.map { $0["text"]?.string ?? "" }, own.map { $0[1] }, "chat: messages")
        for (message, turn) in zip(sent, own) {
            let off = (Int64(turn[2]) ?? 0) - (message["sent_ns"]?.integer ?? 0)
            guard abs(off) <= Self.keyToPage else {
                throw DemoError.mismatch(
                    "chat: '\(turn[1])' was sent \(off / 1_000_000) ms off the time that is stored")
            }
        }
        if demo.expectsTurns && sent.isEmpty {
            throw DemoError.mismatch("chat: the participant said nothing")
        }
        return "chat: \(seen.count) turns that the participant saw are stored word for word, "
            + "\(sent.count) of them sent when Enter was pressed"
    }

    /// What may lie between a key and its event in a busy machine's browser: nanoseconds.
    private static let keyToPage: Int64 = 1_000_000_000

    /// Each turn that the chat noted is stored, with its words and the time it was sent.
    private func turns() throws -> String {
        if FileSystem.exists("\(folder)/participant.log") { return try seenTurns() }
        let chat = "\(folder)/chat"
        let names = try FileSystem.list(chat).filter { $0.hasSuffix(".conversation") }
        guard let name = names.first, names.count == 1 else {
            throw DemoError.mismatch("chat: there is no conversation in \(chat)")
        }
        let lines = try FileSystem.readText("\(chat)/\(name)").split(separator: "\n")
        let said = try lines.map { line in
            let turn = try JSONValue(parsing: Array(line.utf8)[...])
            return [
                turn["author"]?.string ?? "", turn["text"]?.string ?? "",
                turn["sent_ns"]?.integer.map { "\($0)" } ?? "",
            ]
        }
        let stored = try tables.turns()
        try Self.compare(said, stored, "chat: turns")
        if demo.expectsTurns && !said.contains(where: { $0[0] == "participant" }) {
            throw DemoError.mismatch("chat: the participant said nothing")
        }
        return "chat: \(said.count) turns are stored, word for word and at their times"
    }

    private static func compare<Value: Equatable>(
        _ sent: [Value], _ stored: [Value], _ what: String
    ) throws {
        guard sent != stored else { return }
        let place = zip(sent, stored).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        let row = place ?? min(sent.count, stored.count)
        func at(_ values: [Value]) -> String { row < values.count ? "\(values[row])" : "nothing" }
        throw DemoError.mismatch(
            "\(what): \(sent.count) were sent and \(stored.count) are stored; number \(row + 1) was "
                + "sent as \(at(sent)) and is stored as \(at(stored))")
    }
}
