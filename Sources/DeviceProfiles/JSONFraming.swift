/// Lines that are JSON objects (RFC 8259), each a sample of a stream.
public struct JSONFraming: Hashable, Sendable {
    /// One sort of object. Records are tried in order; the first that fits is taken.
    public struct Record: Hashable, Sendable {
        /// Index of the stream; −1 for objects that are known and give nothing.
        public var stream: Int
        /// Members that the object must have, by their paths, as text.
        public var conditions: [String: String]
        public var columns: [Column]
    }

    /// Which member a channel takes, and how.
    public struct Column: Hashable, Sendable {
        /// Names from the object inwards with `.` between, such as `accel.x`.
        public var path: String
        public var number: LineFraming.NumberForm
        /// Numbers that stand for a missing value; only of reals.
        public var missing: [Double]
    }

    public var records: [Record]
    /// Bytes of the longest line, without its end.
    public var maximumLength: Int
    /// Whether what comes before the first newline is thrown away, since it may be half a line.
    public var discardsFirst: Bool
    /// Whether lines without an object, and objects that fit no record, are passed over in silence:
    /// the device says other things too. What begins like an object and is none is told anyway.
    public var ignoresOther: Bool
}
