/// What goes wrong with a virtual device, on purpose and by seed.
public struct Impairments: Hashable, Sendable {
    /// What a device does when it is taken away.
    public enum Absence: String, Hashable, Sendable, CaseIterable {
        /// The port vanishes and its reader sees it hang up; a new one comes later under the same link,
        /// and the device is idle then. What was sent is read before, as far as the reader reads.
        case unplugged
        /// The port stays, but nothing comes; samples taken meanwhile never arrive (a radio out of reach).
        case silent
    }

    /// How much faster the device's clock runs than this machine's, in parts per million.
    public var driftPPM = 0.0
    /// How late a frame may come at most, in milliseconds: frames wait for delivery moments that are at
    /// random distances of up to this, so that they come in bunches and never out of order.
    public var jitterMilliseconds = 0.0
    /// Probability that a frame is never sent.
    public var loss = 0.0
    /// A hole of `lossRun` frames in each `lossEvery` frames; 0 for none.
    public var lossEvery: Int64 = 0
    /// How many frames a hole has.
    public var lossRun: Int64 = 1
    /// Probability that 1 to 32 random bytes come before a frame.
    public var garbage = 0.0
    /// Seconds between absences, counted from the first frame after the last; 0 for none.
    public var absentEverySeconds = 0.0
    /// How long an absence lasts, in seconds.
    public var absentForSeconds = 1.0
    /// What an absence looks like.
    public var absence = Absence.unplugged

    /// Nothing goes wrong.
    public init() {}

    /// Throws if a setting is out of range.
    func validate() throws(VirtualDeviceError) {
        func check(_ holds: Bool, _ message: String) throws(VirtualDeviceError) {
            if !holds { throw VirtualDeviceError(.setting, message) }
        }
        try check(abs(driftPPM) <= 100_000, "Drift must be between -100000 and 100000 ppm.")
        try check(
            (0...60_000).contains(jitterMilliseconds), "Jitter must be between 0 and 60000 ms.")
        try check((0...1).contains(loss), "Loss is a probability: it must be between 0 and 1.")
        try check((0...1).contains(garbage), "Garbage is a probability: it must be 0 to 1.")
        try check(lossEvery >= 0 && lossRun >= 0, "A loss pattern cannot have negative numbers.")
        try check(
            (0...1e6).contains(absentEverySeconds) && (0...1e6).contains(absentForSeconds),
            "Absences must be between 0 and 1000000 s apart and long.")
    }
}
