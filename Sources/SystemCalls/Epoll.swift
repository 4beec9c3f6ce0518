import CSystemCalls
import Glibc

/// The kernel's readiness queue (epoll), level-triggered.
///
/// Its own descriptor becomes readable when something in it is ready, so one queue can be put into
/// another. Not safe to share between threads, apart from `EventSignal`, which is made for that.
public struct Epoll: ~Copyable, Sendable {
    /// What is waited for, or what is ready.
    public struct Readiness: OptionSet, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        public static let readable = Readiness(rawValue: 0x001)  // EPOLLIN
        public static let priority = Readiness(rawValue: 0x002)  // EPOLLPRI
        public static let writable = Readiness(rawValue: 0x004)  // EPOLLOUT
        public static let error = Readiness(rawValue: 0x008)  // EPOLLERR, always reported
        public static let hangUp = Readiness(rawValue: 0x010)  // EPOLLHUP, always reported
        public static let peerClosed = Readiness(rawValue: 0x2000)  // EPOLLRDHUP
    }

    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try systemCall("epoll_create1") { epoll_create1(O_CLOEXEC) })
    }

    /// The queue's own descriptor, for nesting; owned by this value.
    public var number: Int32 { descriptor.number }

    /// Adds a descriptor; `token` comes back from `wait`.
    public func add(_ fd: Int32, token: UInt64, _ interest: Readiness) throws(SystemError) {
        try control(EPOLL_CTL_ADD, fd, token, interest)
    }

    /// Changes what is waited for.
    public func modify(_ fd: Int32, token: UInt64, _ interest: Readiness) throws(SystemError) {
        try control(EPOLL_CTL_MOD, fd, token, interest)
    }

    /// Takes a descriptor out. It must still be open.
    public func remove(_ fd: Int32) throws(SystemError) {
        try control(EPOLL_CTL_DEL, fd, 0, [])
    }

    /// Waits and reports what is ready, without allocating.
    /// - Parameters:
    ///   - milliseconds: -1 waits without limit, 0 not at all.
    ///   - body: called with token and readiness, once for each ready descriptor, at most 64.
    /// - Returns: how many were ready.
    @discardableResult
    public func wait(
        milliseconds: Int32, _ body: (UInt64, Readiness) -> Void
    ) throws(SystemError) -> Int {
        try unsafe withUnsafeTemporaryAllocation(
            of: epoll_event.self, capacity: 64
        ) { (events) throws(SystemError) -> Int in
            let count = try systemCall("epoll_wait") {
                unsafe epoll_wait(descriptor.number, events.baseAddress, 64, milliseconds)
            }
            for index in 0..<Int(count) {
                let event = unsafe events[index]
                unsafe body(event.data.u64, Readiness(rawValue: event.events))
            }
            return Int(count)
        }
    }

    private func control(
        _ operation: Int32, _ fd: Int32, _ token: UInt64, _ interest: Readiness
    ) throws(SystemError) {
        var event = unsafe epoll_event()
        unsafe event.events = interest.rawValue
        unsafe event.data.u64 = token
        try systemCall("epoll_ctl") {
            unsafe epoll_ctl(descriptor.number, operation, fd, &event)
        }
    }
}
