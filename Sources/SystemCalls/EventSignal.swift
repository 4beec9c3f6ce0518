import CSystemCalls
import Glibc

/// Wakes one thread from others (eventfd). Any thread may raise it; raising it twice before it is
/// cleared wakes once.
public final class EventSignal: Sendable {
    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try systemCall("eventfd") { eventfd(0, O_CLOEXEC | O_NONBLOCK) })
    }

    /// Readable while the signal is raised; owned by this value.
    public var number: Int32 { descriptor.number }

    /// Wakes the waiting thread.
    public func raise() {
        var one: UInt64 = 1
        // EAGAIN means that the counter is full, and then the signal is raised anyway.
        _ = unsafe write(descriptor.number, &one, 8)
    }

    /// Takes the signal back; call before looking for the work it told of.
    public func clear() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor.number, &count, 8)
    }
}
