/// Lines of text, each a sample of a stream.
public struct LineFraming: Hashable, Sendable {
    /// One form that a line may have. Forms are tried in order; the first that fits is taken.
    public struct Record: Hashable, Sendable {
        /// Index of the stream that the line is a sample of; −1 for lines that are known and give
        /// nothing.
        public var stream: Int
        /// Text and number fields in the order of the line.
        public var pattern: LinePattern
        /// For each channel of the stream, which field of the pattern it takes, and how.
        public var columns: [Column]
    }

    /// How a field becomes a stored number.
    public struct Column: Hashable, Sendable {
        /// Index among the pattern's fields.
        public var field: Int
        public var number: NumberForm
    }

    /// The form of a number in text.
    public enum NumberForm: Hashable, Sendable {
        /// A whole number.
        case integer
        /// A number with up to so many digits behind the point, stored × 10^digits as an integer.
        case decimals(Int)
        /// Any number, stored as a double.
        case real
    }

    /// A text that says that something is wrong with the sensor.
    public struct Marker: Hashable, Sendable {
        /// Where in the line the text stands.
        public enum Place: String, Hashable, Sendable, Codable, CaseIterable {
            case whole, start, end
        }
        public var text: [UInt8]
        public var place: Place
        public var fault: DecodeFault.Cause
        /// Whether the line stands for a sample of missing values (NaN) in the first stream; else
        /// the text is cut off and the rest is read as usual.
        public var isMissing: Bool
    }

    public var records: [Record]
    public var markers: [Marker]
    /// Bytes of the longest line, without its end.
    public var maximumLength: Int
    /// Whether what comes before the first newline is thrown away, since it may be half a line.
    public var discardsFirst: Bool
}
