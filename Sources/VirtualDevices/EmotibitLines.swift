/// What a line of an EmotiBit holds.
enum EmotibitTag: String, Hashable, Sendable {
    case conductance = "EA"
    case conductanceLevel = "EL"
    case infrared = "PI"
    case red = "PR"
    case green = "PG"
    case accelerationX = "AX"
    case accelerationY = "AY"
    case accelerationZ = "AZ"
    case temperature = "T1"
    case interval = "BI"
    case rate = "HR"

    /// Digits behind the point.
    var decimals: Int {
        switch self {
        case .conductance, .conductanceLevel: 6
        case .temperature: 2
        case .accelerationX, .accelerationY, .accelerationZ: 3
        default: 0
        }
    }

    /// For the log: 256 × the first letter's ASCII code, and the second's.
    var number: Int64 { rawValue.utf8.reduce(0) { $0 * 256 + Int64($1) } }
}

/// The lines of one datagram, in the order in which their tags came first.
struct EmotibitLines: Sendable {
    /// One tag's values.
    struct Line: Sendable {
        var tag: EmotibitTag
        /// Without their point.
        var values: [Int64]

        /// `ms,packet,n,tag,1,100,values`.
        func text(milliseconds: Int64, packet: Int64) -> String {
            let values = values.map { DecimalText.text($0, decimals: tag.decimals) }
            return "\(milliseconds),\(packet),\(values.count),\(tag.rawValue),1,100,"
                + values.joined(separator: ",") + "\n"
        }
    }

    private(set) var lines: [Line] = []

    /// Adds a value to its tag's line.
    mutating func add(_ tag: EmotibitTag, _ value: Double) {
        if let place = lines.firstIndex(where: { $0.tag == tag }) {
            lines[place].values.append(Int64(value))
        } else {
            lines.append(Line(tag: tag, values: [Int64(value)]))
        }
    }
}
