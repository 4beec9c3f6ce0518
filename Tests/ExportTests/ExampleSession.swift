import Foundation
import SessionStore
import TestSupport
import Timebase

/// A session file with random content, and what an export of it should hold.
///
/// The expectation is made from what goes in, never from what is read back.
struct ExampleSession {
    static let started = Instant(nanoseconds: 5_000_000_000_123)
    static let startedRealtime: Int64 = 1_795_253_400_250_000_000
    /// The wall clock is set by this much ten seconds into the session.
    static let step: Int64 = -3_700_000_000

    let path: String
    /// Rows by table, in the form that Tests/Readers/compare_csv.py reads.
    var expected: [String: [[String: Any]]] = [:]
    var random: SeededGenerator
    var batch = SessionBatch()

    private static let texts = [
        "", "plain", "a,b", "say \"hello\"", "\"", "line\nbreak", "carriage\r\nreturn\r",
        " spaces ",
        "👩‍👩‍👧‍👦 family 🫠", "שלום עולם", "مرحبا, \"بك\"", "漢字かな", "e\u{301}\u{200F}", "NA", "null",
        "0012", "=1+1", "\ttab\t", ",,,\n\n\"\"", "\u{FEFF}mark",
    ]

    init(at path: String, seed: UInt64, samples: Int = 700) throws {
        self.path = path
        random = SeededGenerator(seed: seed)
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "6f9a-\(seed)", kind: .chat, study: "pilot", participant: "p07",
                protocolName: "talk, long", protocolVersion: "1.2",
                protocolText: "name: \"talk\"\nphases:\n  - rest\n", isPilot: true,
                station: "Labor Süd", softwareVersion: "0.1", bootIdentifier: "boot",
                started: Self.started, startedRealtime: Self.startedRealtime))
        addTriples()
        try addStreams(samples)
        addHappenings()
        try writer.commit(batch)
        batch = SessionBatch()
        batch.stateChange = SessionStateChange(
            state: .stopped, at: Self.started + 20_000_000_001, outcome: "completed")
        try writer.commit(batch)
        try writer.close()
        expected["sessions"] = [
            [
                "session_id": "6f9a-\(seed)", "protocol": "talk, long", "station": "Labor Süd",
                "prot_text": "name: \"talk\"\nphases:\n  - rest\n", "pilot": 1,
                "state": "stopped", "outcome": "completed", "reason": NSNull(), "t_ns": 0,
                "t_start_ms": 0, "t_start_utc": ["utc": Self.startedRealtime],
                "end_ns": 20_000_000_001, "end_ms": 20_000,
                "end_utc": ["utc": Self.startedRealtime + 20_000_000_001 + Self.step],
                "duration_ms": ["ms": 20_000_000_001], "finished_utc": NSNull(),
            ]
        ]
    }

    /// The expectation as a file.
    func writeExpected(to path: String) throws {
        let data = try JSONSerialization.data(withJSONObject: expected)
        try data.write(to: URL(fileURLWithPath: path))
    }

    mutating func text() -> String {
        if Int.random(in: 0..<40, using: &random) == 0 {
            // 9,000 bytes of three and four bytes a character.
            return String(repeating: "漢🫠\n\"", count: 1000)
        }
        return (0..<Int.random(in: 1...3, using: &random)).map { _ in
            Self.texts.randomElement(using: &random) ?? ""
        }.joined()
    }

    func moment(_ time: Instant) -> [String: Any] {
        let nanoseconds = time - Self.started
        let step = nanoseconds >= 10_000_000_000 ? Self.step : 0
        return [
            "t_ns": nanoseconds, "t_start_ms": ["floor_ms": nanoseconds],
            "t_start_utc": ["utc": Self.startedRealtime + nanoseconds + step],
        ]
    }

    mutating func expect(_ table: String, _ row: [String: Any], at time: Instant? = nil) {
        var row = row
        if let time { row.merge(moment(time)) { old, _ in old } }
        expected[table, default: []].append(row)
    }

    private static func real(_ value: Double) -> Any {
        value.isNaN ? NSNull() : ["real": hexadecimal(value)]
    }

    private static func hexadecimal(_ value: Double) -> String {
        let digits = String(value.bitPattern, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private mutating func addTriples() {
        // The second differs by less than the uncertainty: no step.
        for (offset, step, uncertainty) in [
            (Int64(0), Int64(0), Int64(900)), (5_000_000_000, 1_500, 800),
            (10_000_000_000, Self.step, 1_000),
        ] {
            let triple = TimeTriple(
                monotonic: Self.started + offset, boottime: 7 + offset,
                realtime: Self.startedRealtime + offset + step, uncertainty: uncertainty)
            batch.timeTriples.append(RecordedTriple(triple: triple, cause: "periodic"))
            expect(
                "time_triples",
                [
                    "cause": "periodic", "boottime_ns": triple.boottime,
                    "monotonic_ns": triple.monotonic.nanoseconds, "realtime_ns": triple.realtime,
                    "uncertainty_ms": ["ms": uncertainty],
                ], at: triple.monotonic)
        }
    }

    /// Streams: integers with scale and extremes, reals, stamped, one without samples, and names
    /// that collide.
    private mutating func addStreams(_ samples: Int) throws {
        let integers = [
            ChannelDescription(
                name: "eda", label: "Skin, \"palm\"", unit: "µS", scale: 0.0244140625),
            ChannelDescription(name: "Temperature Left", unit: "°C", scale: 0.1, offset: -40),
            ChannelDescription(name: "Temperature Right", unit: "°C", scale: -3, offset: 0.5),
            ChannelDescription(name: "count"),
            ChannelDescription(name: "gsr", conversion: "grove-gsr"),
            ChannelDescription(name: "odd", conversion: "not-yet-known(x: 1)"),
        ]
        let reals = [
            ChannelDescription(name: "t_ns", storage: .real),
            ChannelDescription(name: "scaled", scale: 2.5, offset: 1, storage: .real),
        ]
        try addSamples(
            StreamDescription(
                id: 1, name: "Bio/../Signal 1", kind: "signal", nominalRate: 250, clock: .counter,
                channels: integers), samples,
            file: "bio_signal_1",
            names: [
                ("eda", "eda_raw"), ("temperature_left", "tempera_raw"),
                ("temper2ture_right", "temper2_raw"), ("count", "count_raw"), ("gsr", "gsr_raw"),
                ("odd", "odd_raw"),
            ])
        try addSamples(
            StreamDescription(
                id: 2, name: "bio signal 1", kind: "signal", clock: .stamped, channels: reals),
            samples / 2, file: "bio_signal_1_2", names: [("t_ns2", nil), ("scaled", "scaled_raw")])
        batch.streams.append(StreamDescription(id: 3, name: "keys, \"a\"", kind: "keys"))
        addKeys()
        expect("streams", ["stream": "Bio/../Signal 1", "samples": samples, "id": 1])
        expect(
            "streams",
            [
                "stream": "bio signal 1", "samples": samples / 2,
                "file": "samples_bio_signal_1_2.csv",
            ])
        expect(
            "streams", ["stream": "keys, \"a\"", "samples": NSNull(), "file": NSNull()])
    }

    private mutating func addSamples(
        _ stream: StreamDescription, _ count: Int, file: String, names: [(String, String?)]
    ) throws {
        batch.streams.append(stream)
        for (channel, name) in zip(stream.channels, names) {
            expect(
                "channels",
                [
                    "stream": stream.name, "channel": channel.name, "column": name.0,
                    "raw_column": name.1 as Any? ?? NSNull(), "unit": channel.unit,
                    "scale": Self.real(channel.scale), "offset": Self.real(channel.offset),
                ])
        }
        var index: Int64 = 0
        var last: Instant?
        var time = Self.started + Int64.random(in: -5_000_000...5_000_000, using: &random)
        while index < Int64(count) {
            // One segment, of one or more chunks, and then a gap.
            let length = min(
                Int64.random(in: 1...200, using: &random), Int64(count) - index)
            let segment = ClockSegment(
                firstIndex: index, lastIndex: index + length - 1, origin: time,
                period: stream.clock == .stamped
                    ? 0 : Double.random(in: 3e6...5e6, using: &random),
                bound: Int64.random(in: 0...9_999_999, using: &random),
                method: stream.clock == .stamped ? "stamped" : "least-delay/1", driftPPM: -0.25,
                jitter: 12_345)
            batch.clockSegments.append(StreamClockSegment(stream: stream.id, segment: segment))
            expect(
                "clock_segments",
                [
                    "stream": stream.name, "first_index": index,
                    "last_index": segment.lastIndex, "period_ns": Self.real(segment.period),
                    "bound_ms": ["ms": segment.bound], "drift_ppm": Self.real(-0.25),
                    "method": segment.method, "jitter_ms": ["ms": 12_345],
                ], at: segment.origin)
            var left = Int(length)
            while left > 0 {
                let part = Int.random(in: 1...min(left, 64), using: &random)
                let run = addRun(stream, segment, index, part, file, names, &time)
                if let before = last, index == segment.firstIndex {
                    addGap(stream, after: index - 1, before, run.first)
                }
                last = run.last
                index += Int64(part)
                left -= part
            }
            time = max(time, last ?? time) + Int64.random(in: 1...50_000_000, using: &random)
        }
    }

    private mutating func addGap(
        _ stream: StreamDescription, after index: Int64, _ start: Instant, _ end: Instant
    ) {
        let gap = Gap(
            cause: Gap.Cause.allCases.randomElement(using: &random) ?? .counter, afterIndex: index,
            start: start, end: end, lost: Int64.random(in: 0...99, using: &random),
            lostBound: Int64.random(in: 0...9, using: &random))
        batch.gaps.append(StreamGap(stream: stream.id, gap: gap))
        expect(
            "gaps",
            [
                "stream": stream.name, "cause": gap.cause.rawValue, "after_index": index,
                "end_ns": end - Self.started, "duration_ms": ["ms": end - start],
                "lost": gap.lost, "lost_bound": gap.lostBound,
            ], at: start)
    }

    /// - Returns: the times of the run's first and last sample.
    private mutating func addRun(
        _ stream: StreamDescription, _ segment: ClockSegment, _ first: Int64, _ count: Int,
        _ file: String, _ names: [(String, String?)], _ time: inout Instant
    ) -> (first: Instant, last: Instant) {
        let columns = stream.channels.map { channel in
            channel.storage == .integer
                ? SampleColumn.integers((0..<count).map { _ in integer() })
                : SampleColumn.reals((0..<count).map { _ in number() })
        }
        var packets: [SamplePacket] = []
        var arrivals: [Instant] = []
        while arrivals.count < count {
            let part = Int.random(in: 1...(count - arrivals.count), using: &random)
            time = time + Int64.random(in: 0...9_000_000, using: &random)
            packets.append(SamplePacket(count: part, arrival: time))
            arrivals += Array(repeating: time, count: part)
        }
        batch.samples.append(
            SampleRun(
                stream: stream.id, firstIndex: first, count: count, columns: columns,
                packets: packets))
        let times = (0..<count).map { row in
            segment.isStamped ? arrivals[row] : segment.time(of: first + Int64(row))
        }
        for row in 0..<count {
            let index = first + Int64(row)
            var fields: [String: Any] = [
                "sample_index": index, "t_ns": times[row] - Self.started,
                "t_start_ms": ["floor_ms": times[row] - Self.started],
                "bound_ms": ["ms": segment.bound],
                "arrival_ns": arrivals[row] - Self.started,
            ]
            for (place, channel) in stream.channels.enumerated() {
                switch columns[place] {
                case .integers(let values):
                    fields[names[place].0] = Self.real(Self.physical(channel, Double(values[row])))
                    if let raw = names[place].1 { fields[raw] = values[row] }
                case .reals(let values):
                    fields[names[place].0] = Self.real(Self.physical(channel, values[row]))
                    if let raw = names[place].1 { fields[raw] = Self.real(values[row]) }
                }
            }
            expect("samples_\(file)", fields)
        }
        return (times[0], times[count - 1])
    }

    private static func physical(_ channel: ChannelDescription, _ raw: Double) -> Double {
        switch channel.conversion {
        case nil:
            // A value in its own unit is not touched: adding 0 would lose the sign of -0.
            channel.scale == 1 && channel.offset == 0 ? raw : raw * channel.scale + channel.offset
        case "grove-gsr": raw >= 0 && raw < 512 ? (1024 + 2 * raw) * 10_000 / (512 - raw) : .nan
        default: .nan
        }
    }

    private mutating func integer() -> Int64 {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: .max
        case 1: .min
        case 2: Int64.random(in: .min ... .max, using: &random)
        case 3: -1
        default: Int64.random(in: 0...1023, using: &random)
        }
    }

    private mutating func number() -> Double {
        switch Int.random(in: 0..<16, using: &random) {
        case 0: .nan
        case 1: .infinity
        case 2: -.infinity
        case 3: -0.0
        case 4: .leastNonzeroMagnitude
        case 5: .greatestFiniteMagnitude
        case 6: -1e15
        case 7: 123_456_789_012_345_680
        case 8...11: Double(bitPattern: random.next())
        default: (Double.random(in: -1e4...1e4, using: &random) * 1000).rounded() / 1000
        }
    }
}
