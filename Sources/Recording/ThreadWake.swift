import Synchronization

/// Something to call that is not known yet when a thread is started.
final class ThreadWake: Sendable {
    private let body = Mutex<(@Sendable () -> Void)?>(nil)

    func set(_ new: @escaping @Sendable () -> Void) { body.withLock { $0 = new } }

    func call() { body.withLock { $0 }?() }
}
