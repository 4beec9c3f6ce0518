/// What a chunk of an XDF file holds.
enum XDFTag: UInt16 {
    case fileHeader = 1
    case streamHeader, samples, clockOffset, boundary, streamFooter

    /// Whether the number of a stream stands before the content.
    var hasStream: Bool { self != .fileHeader && self != .boundary }
}

/// How the samples of an XDF stream are written.
struct XDFFormat: Hashable, Sendable {
    enum Value: String, Hashable, Sendable, CaseIterable {
        case float32, double64, int8, int16, int32, int64, string

        /// Bytes of one; 0 for texts, which have lengths of their own.
        var width: Int {
            switch self {
            case .float32, .int32: 4
            case .double64, .int64: 8
            case .int16: 2
            case .int8: 1
            case .string: 0
            }
        }

        var isWhole: Bool {
            switch self {
            case .int8, .int16, .int32, .int64: true
            case .float32, .double64, .string: false
            }
        }
    }

    var value: Value
    var channels: Int
    /// Samples a second; 0 where there is no regular rate.
    var rate: Double

    /// Bytes of a sample's values; of texts the fewest.
    var width: Int { value == .string ? 2 * channels : value.width * channels }

    /// Seconds from one sample to the next; 0 where there is no regular rate.
    var step: Double { rate > 0 ? 1 / rate : 0 }
}

/// Some samples of one stream, in their order.
struct XDFBlock: Sendable {
    enum Values: Sendable {
        /// One column a channel.
        case integers([[Int64]])
        case reals([[Double]])
        /// One row a sample.
        case texts([[String]])
    }

    /// Of each sample, on the sender's clock in seconds; NaN where the file has none.
    var stamps: [Double] = []
    var values: Values
    /// Places in `stamps` before which the file lost samples, and how many; -1 where nobody knows.
    var losses: [(before: Int, lost: Int)] = []
    /// Texts that were cut because they were too long.
    var cut = 0

    init(_ format: XDFFormat) {
        let none = [[Int64]](repeating: [], count: format.channels)
        switch format.value {
        case .string: values = .texts([])
        case .float32, .double64:
            values = .reals([[Double]](repeating: [], count: format.channels))
        default: values = .integers(none)
        }
    }

    var count: Int { stamps.count }
}
