import Link

/// How the values of an LSL stream are laid out; the numbers are liblsl's.
public enum LSLFormat: Int32, Hashable, Sendable {
    case undefined = 0
    case float32 = 1
    case double64 = 2
    case string = 3
    case int32 = 4
    case int16 = 5
    case int8 = 6
    case int64 = 7

    /// The link's type that holds every value exactly; nil for texts.
    var sampleType: SampleType? {
        switch self {
        case .float32: .f32
        case .double64: .f64
        case .int32: .i32
        case .int16, .int8: .i16
        case .int64: .i64
        case .string, .undefined: nil
        }
    }
}

/// What an LSL stream says of itself.
public struct LSLStreamInfo: Hashable, Sendable {
    /// One of its channels.
    public struct Channel: Hashable, Sendable {
        public var label: String
        public var unit: String
    }

    public var name: String
    public var type: String
    /// Stays the same when the sending program starts anew; may be empty.
    public var sourceID: String
    /// This very outlet's.
    public var uid: String
    public var host: String
    /// In Hz; 0 where it is irregular.
    public var rate: Double
    public var channelCount: Int
    public var format: LSLFormat
    /// From its description; empty until the stream was opened, or where it has none.
    public var channels: [Channel] = []

    /// For a person, on one line.
    public var summary: String {
        let speed = rate > 0 ? "\(rate) Hz" : "irregular"
        let labels = channels.isEmpty ? "" : ": " + channels.map(\.label).joined(separator: ", ")
        return "name '\(name)', type '\(type)', source_id '\(sourceID)', on \(host), "
            + "\(channelCount) channels of \(format), \(speed)\(labels)"
    }
}
