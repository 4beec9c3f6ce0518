import Synchronization

/// Something to call that is not known yet when a thread is started. Safe from any thread.
final class ThreadWake<Word: Sendable>: Sendable {
    /// A type of its own around the closure. One that lies bare in a generic value is wrapped once more each
    /// time that it is looked at there, and each wrapping is two frames of every later call: after some 16,000
    /// calls they fill a thread's stack.
    private struct Receiver: Sendable {
        let call: @Sendable (Word) -> Void
    }

    private let receiver = Mutex<Receiver?>(nil)

    func set(_ new: @escaping @Sendable (Word) -> Void) {
        receiver.withLock { $0 = Receiver(call: new) }
    }

    func call(_ word: Word) { receiver.withLock { $0 }?.call(word) }
}
