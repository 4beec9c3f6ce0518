import CSystemCalls
import Glibc

/// SIGTERM and SIGINT as something to be read, instead of interrupting whatever runs.
///
/// Make it before any thread is started: the signals are blocked in the calling thread, and threads
/// inherit that. SIGPIPE is ignored as well, since a closed peer is told by EPIPE.
public final class SignalDescriptor: Sendable {
    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigaddset(&set, SIGINT)
        let code = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        guard code == 0 else { throw SystemError(code: code, call: "pthread_sigmask") }
        _ = signal(SIGPIPE, SIG_IGN)
        descriptor = FileDescriptor(
            owning: try systemCall("signalfd") {
                unsafe signalfd(-1, &set, O_CLOEXEC | O_NONBLOCK)
            })
    }

    /// Readable when a signal has come; owned by this value.
    public var number: Int32 { descriptor.number }

    /// The next signal that has come, or nil.
    public func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        let count = unsafe read(descriptor.number, &information, size)
        return count == size ? Int32(information.ssi_signo) : nil
    }
}
