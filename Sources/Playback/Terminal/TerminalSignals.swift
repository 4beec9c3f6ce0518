import CSystemCalls
import Glibc
import SystemCalls

/// The signals that matter to a program that holds a terminal, as something to be read, so that no
/// code runs inside a signal handler. They are blocked in the calling thread from here on.
final class TerminalSignals {
    private let descriptor: FileDescriptor

    init() throws(SystemError) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in [SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT] {
            unsafe sigaddset(&set, number)
        }
        let code = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        guard code == 0 else { throw SystemError(code: code, call: "pthread_sigmask") }
        descriptor = FileDescriptor(
            owning: try systemCall("signalfd") {
                unsafe signalfd(-1, &set, O_CLOEXEC | O_NONBLOCK)
            })
    }

    /// Readable when a signal has come; owned by this value.
    var number: Int32 { descriptor.number }

    /// The next signal that has come, or nil.
    func next() -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        let count = unsafe read(descriptor.number, &information, size)
        return count == size ? Int32(information.ssi_signo) : nil
    }

    /// Stops the process as Ctrl-Z does, until it is continued.
    func stopProcess() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTSTP)
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(SIGTSTP)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }
}
