/// Where a virtual device's values come from: a body that is made up, and a recording that goes before
/// it, channel by channel.
struct SignalSource: Sendable {
    /// The body; its channels are those that no column of the recording replaces.
    var body: PhysiologicalSignal
    private let recording: RecordedSignal?
    private var row = -1

    /// A source at `rate` samples a second.
    init(rate: Double, seed: UInt64, recording: RecordedSignal? = nil) {
        body = PhysiologicalSignal(rate: rate, seed: seed)
        self.recording = recording
    }

    /// Whether the recording's last row was given out.
    var isExhausted: Bool { recording.map { row + 1 >= $0.count } ?? false }

    /// How many rows are left; nil without a recording.
    var rowsLeft: Int? { recording.map { max(0, $0.count - row - 1) } }

    /// Goes on to the next sample.
    mutating func advance() {
        body.advance()
        row += 1
    }

    /// The recording's value of a channel now; nil where it has none.
    func recorded(_ channel: Int) -> Int64? {
        guard let recording, channel < recording.columns.count, row < recording.count, row >= 0
        else { return nil }
        return recording.columns[channel][row]
    }
}
