import Glibc

/// Ctrl-C, SIGTERM and a closed terminal, taken when the demo looks for them.
///
/// Make it before the first thread: the signals are blocked in the calling thread, and threads inherit
/// that. Main thread.
final class DemoSignals {
    private var set = sigset_t()

    init() {
        // The set is this object's own.
        unsafe sigemptyset(&set)
        for number in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&set, number) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
        // Giving the terminal to another process group must not stop this one.
        signal(SIGTTOU, SIG_IGN)
    }

    /// Waits up to so many milliseconds.
    /// - Returns: whether a signal came.
    func wait(milliseconds: Int) -> Bool {
        var limit = timespec(
            tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
        return unsafe sigtimedwait(&set, nil, &limit) > 0
    }
}
