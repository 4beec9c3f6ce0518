/// Bytes of a device that gave no samples, or samples that are marked as not to be trusted.
public struct DecodeFault: Hashable, Sendable {
    /// What was wrong.
    public enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
        /// A frame at its expected place failed its checksum, or its counter jumped and the frames
        /// after it did not confirm it.
        case checksum
        /// Bytes skipped while looking for a frame's start.
        case resynchronised
        /// A line or packet that does not have the profile's form.
        case unparsable
        /// A line longer than the profile allows.
        case overlong
        /// The part of a line that had begun before reading did.
        case partial
        /// A packet that is shorter or longer than its form.
        case length
        /// A number outside the range that it can have; the sample is kept all the same.
        case implausible
        /// The device says that an electrode is off.
        case leadsOff
        /// The device says that no finger is on the sensor.
        case noContact
        /// The device itself says that a value is not to be trusted.
        case invalid
        /// The device's own clock went backwards, or jumped by more than a loss can explain.
        case clockReset
        /// The device says that it has stopped a stream by itself.
        case stopped
    }

    public var cause: Cause
    /// How many bytes are concerned.
    public var bytes: Int
    /// Index of the stream, where it is known.
    public var stream: Int?
    /// Offset of the sample (within this output and stream 0 if `stream` is nil) before which the
    /// bytes were met, or which they mark as missing.
    public var beforeOffset: Int

    public init(cause: Cause, bytes: Int, stream: Int? = nil, beforeOffset: Int = 0) {
        self.cause = cause
        self.bytes = bytes
        self.stream = stream
        self.beforeOffset = beforeOffset
    }
}
