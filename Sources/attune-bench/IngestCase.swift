/// What `attune-bench ingest` pushes.
enum IngestCase: CaseIterable {
    /// Frames of a device, through the real decoder.
    case frames
    /// Packets of samples of a linked client.
    case linked
    /// Events of a linked client.
    case events

    var title: String {
        switch self {
        case .frames: "8 x 125 kHz, decoded from frames"
        case .linked: "8 x 125 kHz, packets of a linked client"
        case .events: "events of a linked client"
        }
    }

    /// Values or events in each push, which stands for a millisecond.
    var perPush: Int { self == .events ? 100 : IngestSignal.channelCount * Self.samplesPerPush }
    /// Samples (of eight values) in each push.
    static let samplesPerPush = 125
    var unit: String { self == .events ? "events/s" : "samples/s" }
    var goalRate: Double { self == .events ? 100_000 : 1_000_000 }
}
