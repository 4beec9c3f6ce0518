import Timebase

/// A device spoken from the other side. `VirtualStation` runs it; its public properties may be read
/// from any thread.
public protocol VirtualDevice: AnyObject, Sendable {
    /// What it is, such as `bitalino`.
    var kind: String { get }

    /// What a reader opens now: the terminal's or pipe's own path; nil while it is unplugged.
    var path: String? { get }

    /// The stable name under which readers find it, if one was asked for.
    var link: String? { get }

    /// How many frames it made and what became of them.
    var counts: DeviceCounts { get }

    /// Whether it has sent all it had to and everything was read, or nobody read for 5 s.
    var isFinished: Bool { get }

    /// Bytes that were sent and nobody has read yet; at most about 4095 are seen.
    var unread: Int { get }

    /// Descriptors that become readable when the device has something to do; -1 for none.
    var pollDescriptors: (commands: Int32, openings: Int32) { get }

    /// Does what is due.
    /// - Parameters:
    ///   - commands: whether a command waits.
    ///   - openings: whether somebody has opened the endpoint.
    /// - Returns: when it wants to be called again at the latest; nil when only a command or an
    ///   opening gives it something to do.
    func service(now: Instant, commands: Bool, openings: Bool) throws(VirtualDeviceError)
        -> Instant?

    /// Writes the log's last lines, closes the endpoint and takes its name away.
    func close() throws(VirtualDeviceError)
}

/// The earlier of two times; nil is never.
func earlier(_ first: Instant?, _ second: Instant?) -> Instant? {
    guard let first else { return second }
    guard let second else { return first }
    return min(first, second)
}
