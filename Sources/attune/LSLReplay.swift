import Glibc
import Link
import NetworkSensors
import Playback
import SessionStore
import SystemCalls
import Timebase

/// Plays a session to the network as streams of Lab Streaming Layer, as if it were being recorded.
///
/// A sample's stamp is the moment of the replay at which the session's clock showed the sample's time: at
/// speed 1 the stamps lie as far apart as in the file, to the nanosecond. Blocks the calling thread.
final class LSLReplay {
    /// One stream, read chunk by chunk.
    private struct Track {
        let stream: StreamDescription
        let outlet: LSLOutlet
        /// The next sample to be sent.
        var next: Int64
        var chunk: SampleWindow?
    }

    private let timeline: SessionTimeline
    private let library: LSLLibrary
    private let speed: Double
    private let from: Instant
    private let until: Instant
    private var tracks: [Track] = []
    private let markers: LSLOutlet
    private var texts: [(time: Instant, text: String)] = []
    private var nextText = 0

    /// Nanoseconds between two looks at what is due.
    private static let step: Int64 = 10_000_000
    /// Nanoseconds after which no further stream is waited for.
    private static let patience: Int64 = 3_000_000_000

    /// Makes the outlets, so that others can find them.
    /// - Parameters:
    ///   - speed: seconds of the session in a second, more than 0.
    ///   - from: nanoseconds after the session's start; nil for all there is.
    ///   - until: where to end, exclusive.
    init(
        timeline: SessionTimeline, library: LSLLibrary, speed: Double, from: Int64?, until: Int64?
    ) throws {
        self.timeline = timeline
        self.library = library
        self.speed = speed
        let range = timeline.range
        self.from = from.map { timeline.start + $0 } ?? range.lowerBound
        self.until = until.map { timeline.start + $0 } ?? range.upperBound + 1
        let session = timeline.session.description
        let origin: [LSLOutletDescription.Fact] = [
            .init("session", session.identifier), .init("study", session.study),
            .init("participant", session.participant), .init("replay_speed", "\(speed)"),
        ]
        let identity = "attune-replay-\(session.identifier)"
        markers = try LSLOutlet(
            LSLOutletDescription(
                name: "attune-markers", sourceID: "\(identity)-markers", rate: nil,
                content: .markers, origin: origin), library: library)
        for stream in timeline.streams where !stream.channels.isEmpty && stream.kind != "audio" {
            guard let first = try timeline.reader.index(atOrAfter: self.from, in: stream.id) else {
                continue
            }
            let outlet = try LSLOutlet(
                LSLOutletDescription(
                    name: stream.name, sourceID: "\(identity)-\(stream.name)",
                    rate: stream.nominalRate.map { $0 * speed },
                    content: .samples(
                        stream.channels.map { .init(label: $0.name, unit: $0.unit) }),
                    origin: origin + [
                        .init("stream", stream.name), .init("clock", stream.clock.rawValue),
                    ]), library: library)
            tracks.append(Track(stream: stream, outlet: outlet, next: first))
        }
        texts = try Self.texts(of: timeline).filter { self.from <= $0.time && $0.time < self.until }
    }

    /// How many streams are offered.
    var count: Int { tracks.count + 1 }

    private static func texts(
        of timeline: SessionTimeline
    ) throws -> [(time: Instant, text: String)] {
        var texts = timeline.phases.map { (time: $0.started, text: LSLMarker.phase($0.name)) }
        texts += timeline.turns.map {
            (time: $0.sent, text: LSLMarker.turn($0.author, number: $0.number))
        }
        for event in try timeline.reader.events() {
            if event.kind == "mark" {
                let label = (try? JSONValue(parsing: event.payload)).flatMap(LSLMarker.label)
                if let label { texts.append((time: event.time, text: LSLMarker.mark(label))) }
            } else if let text = LSLMarker.event(event.kind) {
                texts.append((time: event.time, text: text))
            }
        }
        // Stable where two are of one moment: phases first.
        return texts.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }.map(\.element)
    }

    /// Waits until somebody listens: to all of the streams, or to some and for a while to no more. A recorder opens
    /// its streams one after another.
    /// - Returns: whether somebody does.
    func waitForListeners(seconds: Double) throws -> Bool {
        let end = Clocks.now() + Int64(clamping: (seconds * 1e9).rounded())
        var heard = 0
        var since = Clocks.now()
        while heard < count {
            let now = Clocks.now()
            let found = (tracks.map(\.outlet) + [markers]).count(where: \.hasConsumers)
            if found != heard { (heard, since) = (found, now) }
            if heard > 0, now - since >= Self.patience { break }
            if heard == 0, now >= end { return false }
            try pause(Self.step)
        }
        try pause(500_000_000)
        return true
    }

    /// Plays to the end.
    /// - Returns: samples and markers that went out.
    func run() throws -> (samples: Int, markers: Int) {
        let began = Clocks.now()
        let shift = library.knownShift
        var samples = 0
        while true {
            let elapsed = Double(max(0, Clocks.now() - began)) * speed
            let position = min(until, from + Int64(clamping: elapsed.rounded(.down)))
            for place in tracks.indices {
                samples += try send(&tracks[place], before: position, began: began, shift: shift)
            }
            while nextText < texts.count, texts[nextText].time < position {
                let marker = texts[nextText]
                markers.push(marker.text, stamp: stamp(marker.time, began), shift: shift)
                nextText += 1
            }
            if position >= until { break }
            try pause(Self.step)
        }
        // What was pushed is still on its way to those who listen.
        try pause(LSLOutlet.leaving)
        return (samples, nextText)
    }

    /// Sends what a stream has before a position, in the order of its samples.
    private func send(
        _ track: inout Track, before position: Instant, began: Instant, shift: Int64
    ) throws -> Int {
        var sent = 0
        while true {
            if track.chunk.map({ track.next >= $0.firstIndex + Int64($0.count) }) ?? true {
                var found: SampleWindow?
                try timeline.reader.forEachChunk(of: track.stream.id, from: track.next) {
                    found = $0
                    return false
                }
                guard let found, found.firstIndex <= track.next else { return sent }
                track.chunk = found
            }
            guard let chunk = track.chunk else { return sent }
            let first = Int(track.next - chunk.firstIndex)
            var end = first
            while end < chunk.count, chunk.times[end] < position { end += 1 }
            guard end > first else { return sent }
            let columns = chunk.columns.indices.map { chunk.physical($0) }
            var values: [Double] = []
            values.reserveCapacity((end - first) * columns.count)
            for sample in first..<end {
                for column in columns { values.append(column[sample]) }
            }
            track.outlet.push(
                values, stamps: chunk.times[first..<end].map { stamp($0, began) }, shift: shift)
            sent += end - first
            track.next += Int64(end - first)
            if end < chunk.count { return sent }
        }
    }

    private func stamp(_ time: Instant, _ began: Instant) -> Int64 {
        speed == 1
            ? began.nanoseconds &+ (time - from)
            : began.nanoseconds &+ Int64(clamping: (Double(time - from) / speed).rounded())
    }

    private func pause(_ nanoseconds: Int64) throws {
        usleep(UInt32(clamping: nanoseconds / 1000))
    }
}
