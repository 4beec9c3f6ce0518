import SessionStore
import Timebase

/// A small recording in which all is well: one stream of 500 samples with a gap, and a turn.
enum PlainSession {
    static func write(_ path: String) throws {
        let started = Instant(nanoseconds: 1_000_000_000)
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "plain", kind: .chat, study: "s", participant: "p", station: "st",
                softwareVersion: "0", bootIdentifier: "b", started: started,
                startedRealtime: 1_795_253_400_250_000_000),
            streams: [
                StreamDescription(
                    id: 1, name: "eda", kind: "signal", nominalRate: 256,
                    channels: [ChannelDescription(name: "eda", scale: 0.5)])
            ])
        var batch = SessionBatch()
        let second = started + 1_200_000_000
        for (first, origin) in [(Int64(0), started), (250, second)] {
            let values = (0..<Int64(250)).map { $0 % 77 }
            batch.samples.append(
                SampleRun(
                    stream: 1, firstIndex: first, count: 250, columns: [.integers(values)],
                    packets: [SamplePacket(count: 250, arrival: origin + 1_000_000_000)]))
            batch.clockSegments.append(
                StreamClockSegment(
                    stream: 1,
                    segment: ClockSegment(
                        firstIndex: first, lastIndex: first + 249, origin: origin,
                        period: 4_000_000, bound: 1_500_000, method: "least-delay/1")))
        }
        batch.gaps = [
            StreamGap(
                stream: 1,
                gap: Gap(
                    cause: .counter, afterIndex: 249, start: started + 996_000_000, end: second,
                    lost: 7, lostBound: 0))
        ]
        batch.timeTriples = [
            RecordedTriple(
                triple: TimeTriple(
                    monotonic: started, boottime: 0, realtime: 1_795_253_400_250_000_000,
                    uncertainty: 1), cause: "start")
        ]
        batch.turns = [Turn(author: "participant", text: "hello", sent: second)]
        batch.phases = [PhaseChange(name: "rest", time: started)]
        batch.stateChange = SessionStateChange(state: .stopped, at: started + 2_500_000_000)
        try writer.commit(batch)
        try writer.close()
    }
}
