import Link
import SessionStore
import SystemCalls
import Timebase

/// Makes a session out of a folder of an Empatica E4 wristband, as its web page hands it out.
///
/// A file of samples has the start in its first line (UTC in seconds since 1970), the rate in its second, then a
/// line a sample. `IBI.csv` has the start, then seconds since it and the interval; `tags.csv` the moments at
/// which the button was pressed.
public enum E4Import {
    /// What the files hold.
    struct Signal {
        var file: String
        var name: String
        var channels: [ChannelDescription]
        var rate: Double
    }

    static let signals: [Signal] = [
        Signal(
            file: "ACC.csv", name: "acc",
            channels: ["x", "y", "z"].map {
                ChannelDescription(
                    name: $0, label: "Acceleration \($0)", unit: "g", scale: 1 / 64.0,
                    minimum: -2, maximum: 2, storage: .integer)
            }, rate: 32),
        Signal(
            file: "BVP.csv", name: "bvp",
            channels: [
                ChannelDescription(name: "bvp", label: "Blood volume pulse", storage: .real)
            ],
            rate: 64),
        Signal(
            file: "EDA.csv", name: "eda",
            channels: [
                ChannelDescription(
                    name: "eda", label: "Skin conductance", unit: "uS", storage: .real)
            ], rate: 4),
        Signal(
            file: "HR.csv", name: "hr",
            channels: [
                ChannelDescription(
                    name: "hr", label: "Heart rate, averaged over 10 s", unit: "bpm",
                    storage: .real)
            ], rate: 1),
        Signal(
            file: "TEMP.csv", name: "temp",
            channels: [
                ChannelDescription(
                    name: "temp", label: "Skin temperature", unit: "degC", storage: .real)
            ], rate: 4),
    ]
    static let intervals = "IBI.csv"
    static let tags = "tags.csv"
    /// All names that count, in any case.
    static var names: [String] { signals.map(\.file) + [intervals, tags] }

    /// Whether a folder has at least two of the files.
    public static func isFolder(_ path: String) -> Bool { files(in: path).count >= 2 }

    /// The files of a folder by the names that they should have.
    static func files(in folder: String) -> [String: String] {
        var found: [String: String] = [:]
        for name in (try? FileSystem.list(folder)) ?? [] {
            if let known = names.first(where: { $0.lowercased() == name.lowercased() }) {
                found[known] = "\(folder)/\(name)"
            }
        }
        return found
    }

    /// - Parameters:
    ///   - folder: where the files are.
    ///   - name: what to call the source.
    public static func run(
        _ folder: String, named name: String? = nil, _ request: ImportRequest
    ) throws(ImportError) -> ImportSummary {
        let files = files(in: folder)
        var tables: [(signal: Signal, table: E4Table)] = []
        for signal in signals {
            guard let path = files[signal.file], !isEmpty(path) else { continue }
            tables.append((signal, try E4Table(path, channels: signal.channels.count)))
        }
        var intervals: E4Intervals?
        if let path = files[Self.intervals], !isEmpty(path) { intervals = try E4Intervals(path) }
        let starts = tables.map(\.table.start) + (intervals.map { [$0.start] } ?? [])
        guard let first = starts.min() else {
            throw ImportError(
                .nothing, "\(folder) has none of \(names.joined(separator: ", "))")
        }
        let run = try ImportRun(
            request, start: 0, realtime: first, uncertainty: 1_000_000_000)
        do throws(ImportError) {
            for (signal, table) in tables { try fill(signal, table, first, run) }
            if let intervals { try fill(intervals, first, run) }
            if let path = files[tags] { try fill(tags: path, first, run) }
            for missing in names where files[missing] == nil {
                run.notes.add("", "The folder has no \(missing).")
            }
            if starts.allSatisfy({ $0 % 1_000_000_000 == 0 }) {
                run.notes.add(
                    "",
                    "The files give their starts in whole seconds: streams may be apart by as much, and "
                        + "the wristband's clock by what nobody knows.")
            }
            for (file, path) in files.sorted(by: { $0.key < $1.key }) {
                let hash = try inStore { () throws(SessionStoreError) in
                    try FileHash.sha256(path)
                }
                run.add(source: ["file": .string(file), "format": "e4", "sha256": .string(hash)])
            }
        } catch {
            run.discard()
            throw error
        }
        return try run.finish(name ?? XDFImport.name(folder))
    }

    /// Whether a file has nothing in it, as that of a measure for which the wristband was not worn well.
    private static func isEmpty(_ path: String) -> Bool { (try? FileSystem.size(path)) == 0 }

    /// How far the times of one file may be off, against those of the others.
    private static func uncertainty(_ start: Int64) -> Int64 {
        start % 1_000_000_000 == 0 ? 500_000_000 : 20_000_000
    }

    private static func fill(
        _ signal: Signal, _ table: E4Table, _ first: Int64, _ run: ImportRun
    ) throws(ImportError) {
        if table.rate != signal.rate {
            run.notes.add(
                signal.name, "Its rate is \(table.rate) Hz instead of the usual \(signal.rate) Hz.")
        }
        let description = StreamDescription(
            id: run.newStream(), name: run.builder?.unique(signal.name) ?? signal.name,
            kind: "signal", source: "Empatica E4", profileName: "e4",
            deviceIdentity: #"{"model":"Empatica E4"}"#, nominalRate: table.rate, clock: .stamped,
            gapTolerance: 2_000_000_000, channels: signal.channels)
        let source = XDFImport.name(table.path)
        try run.builder?.add(description)
        var time = table.start - first
        var number: Int64 = 0
        while let columns = try table.next() {
            var packets: [SamplePacket] = []
            for _ in 0..<(columns.first?.count ?? 0) {
                let passed = (Double(number) / table.rate * 1e9).rounded()
                time = table.start - first &+ Int64(clamping: passed)
                packets.append(SamplePacket(count: 1, arrival: Instant(nanoseconds: time)))
                number += 1
            }
            let kept = zip(columns, signal.channels).map { values, channel in
                channel.storage == .integer
                    ? SampleColumn.integers(values.map { Int64(clamping: $0.rounded()) })
                    : .reals(values)
            }
            try run.builder?.append(description.id, packets, kept)
        }
        run.builder?.widen(description.id, to: uncertainty(table.start))
        run.tell(description.id, source: source)
        if run.builder == nil {
            run.count(description, source: source, samples: number, last: time)
        }
    }

    private static func fill(
        _ intervals: E4Intervals, _ first: Int64, _ run: ImportRun
    ) throws(ImportError) {
        let description = StreamDescription(
            id: run.newStream(), name: run.builder?.unique("ibi") ?? "ibi", kind: "signal",
            source: "Empatica E4", profileName: "e4",
            deviceIdentity: #"{"model":"Empatica E4"}"#, clock: .stamped,
            gapTolerance: 2_000_000_000,
            channels: [
                ChannelDescription(
                    name: "ibi", label: "Interval between heartbeats, ends at its time", unit: "s",
                    storage: .real)
            ])
        try run.builder?.add(description)
        var last: Int64 = .min
        for row in intervals.rows {
            let time = max(last, intervals.start - first &+ row.time)
            try run.builder?.append(
                description.id, [SamplePacket(count: 1, arrival: Instant(nanoseconds: time))],
                [.reals([row.interval])])
            last = time
        }
        run.builder?.widen(description.id, to: uncertainty(intervals.start))
        run.tell(description.id, source: intervals.name)
        if run.builder == nil {
            run.count(
                description, source: intervals.name, samples: Int64(intervals.rows.count),
                last: intervals.rows.isEmpty ? nil : last)
        }
    }

    private static func fill(
        tags path: String, _ first: Int64, _ run: ImportRun
    ) throws(ImportError) {
        var rows = try CSVRows(try ByteSource(path), separator: UInt8(ascii: ","))
        var number = 0
        while let row = try rows.row() {
            guard let moment = DecimalTime.scaled(row.fields[0], by: 9, comma: false) else {
                throw ImportError(
                    .format,
                    "\(path):\(row.line):1: expected seconds since 1970, found '\(row.fields[0].prefix(60))'"
                )
            }
            number += 1
            let payload: JSONValue = ["label": .string("tag \(number)"), "actor": "import"]
            try run.builder?.event(
                nil, kind: "mark", at: moment &- first, bound: uncertainty(moment), payload.text)
        }
    }
}
