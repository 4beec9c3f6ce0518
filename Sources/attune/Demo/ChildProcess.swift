import Glibc
import SystemCalls

/// A program that the demo started, and ends by its own process id. Main thread.
final class ChildProcess {
    /// What it is called in messages.
    let name: String
    private let identifier: pid_t
    private var status: Int32?

    /// Where a program's input and output go.
    struct Streams {
        /// nil for /dev/null.
        var input: Int32?
        /// nil for the demo's own.
        var output: String?
        /// nil for the demo's own.
        var errors: String?
    }

    /// Starts a program.
    /// - Parameter ownGroup: a process group of its own, so that Ctrl-C does not reach it. What reads the
    ///   terminal must stay in the demo's group.
    init(
        _ name: String, _ arguments: [String], streams: Streams = Streams(), ownGroup: Bool = true
    ) throws(DemoError) {
        self.name = name
        // All of these are this function's own, and are given back before it returns.
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input = streams.input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        for (path, number) in [(streams.output, Int32(1)), (streams.errors, Int32(2))] {
            guard let path else { continue }
            unsafe posix_spawn_file_actions_addopen(
                &actions, number, path, O_WRONLY | O_CREAT | O_APPEND, 0o640)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        if ownGroup { flags |= POSIX_SPAWN_SETPGROUP }
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var usual = sigset_t()
        unsafe sigemptyset(&usual)
        for number in [SIGPIPE, SIGTTOU, SIGINT, SIGHUP] { unsafe sigaddset(&usual, number) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &usual)

        var words = unsafe arguments.map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var started = pid_t()
        let code = unsafe posix_spawn(
            &started, arguments[0], &actions, &attributes, &words, environ)
        guard code == 0 else {
            throw .program(
                "\(arguments[0]) cannot be started: \(SystemError(code: code, call: "posix_spawn"))"
            )
        }
        identifier = started
    }

    /// Whether it still runs.
    var isRunning: Bool {
        collect(blocking: false)
        return status == nil
    }

    /// Its exit code once it has ended; 128 and the number after a signal.
    var exitCode: Int32? {
        collect(blocking: false)
        return status.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : 128 + ($0 & 0x7F) }
    }

    /// Waits for its end.
    func wait() -> Int32 {
        collect(blocking: true)
        return exitCode ?? 1
    }

    /// Asks it to end, and makes it end if it does not in time.
    /// - Returns: whether it ended by itself.
    @discardableResult
    func end(within seconds: Int) -> Bool {
        guard isRunning else { return true }
        kill(identifier, SIGTERM)
        for _ in 0..<seconds * 50 {
            if !isRunning { return true }
            usleep(20_000)
        }
        kill(identifier, SIGKILL)
        collect(blocking: true)
        return false
    }

    private func collect(blocking: Bool) {
        guard status == nil else { return }
        var found: Int32 = 0
        while true {
            // The process is a child that nobody else waits for, so its id cannot be another's.
            let result = unsafe waitpid(identifier, &found, blocking ? 0 : WNOHANG)
            if result == identifier { status = found }
            if result == -1 {
                if errno == EINTR { continue }
                status = 1 << 8
            }
            return
        }
    }
}
