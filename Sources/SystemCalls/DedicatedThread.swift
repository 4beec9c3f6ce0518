import CSystemCalls
import Glibc
import Synchronization

/// A thread of the operating system with a name of its own, for work that must not share the
/// concurrency runtime's pool: reading devices, the sequencer, the store.
///
/// The body runs once. `join()` waits for its end and may be called from any other thread, once. Where nobody
/// joins, the thread runs on after this object is gone, and what the system keeps of it (its stack) goes with
/// its end.
public final class DedicatedThread: Sendable {
    private let thread: pthread_t
    private let isJoined = Atomic<Bool>(false)

    private final class Start {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts the thread.
    /// - Parameters:
    ///   - name: at most 15 bytes, as `ps -L` shows it.
    ///   - stackSize: bytes; the default is small, since the threads of a station keep little there.
    public init(
        name: String, stackSize: Int = 1 << 20, body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, stackSize)
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                // The pointer is the retained Start from above; taking it here releases it once.
                let start = unsafe Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                unsafe attune_name_thread(start.name)
                start.body()
                return nil
            }, unsafe start.toOpaque())
        if code != 0 {
            unsafe start.release()
            throw SystemError(code: code, call: "pthread_create", subject: name)
        }
        self.thread = thread
    }

    deinit {
        if !isJoined.load(ordering: .relaxed) { pthread_detach(thread) }
    }

    /// Waits until the body has returned.
    public func join() {
        isJoined.store(true, ordering: .relaxed)
        pthread_join(thread, nil)
    }
}
