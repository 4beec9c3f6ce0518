import SessionStore
import Timebase

/// Two minutes of a study with 250 samples a second and a short chat, one of many sessions.
struct StudyMinutes {
    let number: Int
    private static let seconds = 120
    private static let rate = 250

    func write(to path: String) throws {
        let start = Instant(nanoseconds: 1_000_000_000_000)
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "many-\(number)", kind: .chat, study: "bench", participant: "P01",
                station: "bench", softwareVersion: "bench", bootIdentifier: "bench", started: start,
                startedRealtime: 1_700_000_000_000_000_000 + Int64(number) * 1_000_000_000),
            streams: [
                StreamDescription(
                    id: 1, name: "ecg", kind: "signal", nominalRate: Double(Self.rate),
                    channels: [ChannelDescription(name: "ecg", unit: "mV", scale: 0.003)])
            ])
        var batch = SessionBatch()
        for second in 0..<Self.seconds {
            let values = (0..<Self.rate).map { Int64((second * 7919 + $0 * 31 + number) % 1021) }
            batch.samples.append(
                SampleRun(
                    stream: 1, firstIndex: Int64(second * Self.rate), count: Self.rate,
                    columns: [.integers(values)],
                    packets: [
                        SamplePacket(
                            count: Self.rate, arrival: start + Int64(second + 1) * 1_000_000_000)
                    ]))
        }
        batch.turns = (1...20).map { turn in
            Turn(
                number: Int64(turn), author: turn % 2 == 0 ? "participant" : "client",
                text: "Message \(turn) of session \(number)",
                sent: start + Int64(turn) * 5_000_000_000)
        }
        batch.stateChange = SessionStateChange(
            state: .stopped, at: start + Int64(Self.seconds) * 1_000_000_000)
        try writer.commit(batch)
        try writer.close()
        _ = try SessionFinisher(path: path, isAligning: false).run()
    }
}
