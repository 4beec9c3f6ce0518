import CSystemCalls
import Glibc
import Synchronization
import SystemCalls

/// Another program that reads from a pipe what is written here. Never left behind: it is ended and waited
/// for at the latest when this goes.
///
/// Used by one thread.
final class PipedProgram: ByteSink {
    private let program: String
    private let process: pid_t
    /// Set once it has ended: as `waitpid` gives it.
    private var status: Int32?
    /// nil once all was written.
    private var input: FileDescriptor?
    /// Where both its output and its errors go: a file, since a pipe that nobody empties would stop it.
    private let output: SpoolFile
    private let isWanted: () -> Bool

    /// Milliseconds after which it is asked again whether all this is still wanted.
    private static let patience: Int32 = 100

    /// Starts the program in a process group of its own, so that Ctrl-C reaches it through here alone.
    /// - Parameters:
    ///   - folder: on whose disk its output waits.
    ///   - isWanted: where it says no, calls end with `ECANCELED`.
    init(
        _ program: String, _ arguments: [String], folder: String,
        isWanted: @escaping () -> Bool = { true }
    ) throws(SystemError) {
        self.program = program
        self.isWanted = isWanted
        let output = try SpoolFile(in: folder)
        self.output = output
        let started = Self.starting.withLock { _ in
            Result { () throws(SystemError) in
                try Self.start(program, arguments, output: output.number)
            }
        }
        let (process, writing) = try started.get()
        self.process = process
        input = FileDescriptor(owning: writing)
    }

    /// One at a time: a program that another thread starts while a pipe is made would keep it open, and its
    /// reader would never see the end.
    private static let starting = Mutex<Void>(())

    /// - Returns: the process, and the pipe's end to write to, which the caller closes.
    private static func start(
        _ program: String, _ arguments: [String], output: Int32
    ) throws(SystemError) -> (process: pid_t, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        // The array has room for the two numbers.
        try systemCall("pipe") { unsafe pipe(&ends) }
        let reading = FileDescriptor(owning: ends[0])
        let writing = FileDescriptor(owning: ends[1])
        for end in ends {
            try systemCall("fcntl") { attune_fcntl_integer(end, F_SETFD, FD_CLOEXEC) }
        }
        try systemCall("fcntl") { attune_fcntl_integer(ends[1], F_SETFL, O_NONBLOCK) }
        let process = try spawn(program, arguments, input: reading.number, output: output)
        return (process, writing.release())
    }

    deinit { end() }

    private static func spawn(
        _ program: String, _ arguments: [String], input: Int32, output: Int32
    ) throws(SystemError) -> pid_t {
        // All of these are this function's own, and are given back before it returns.
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var usual = sigset_t()
        unsafe sigemptyset(&usual)
        for number in [SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP] {
            unsafe sigaddset(&usual, number)
        }
        unsafe posix_spawnattr_setsigdefault(&attributes, &usual)
        var words = unsafe ([program] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var started = pid_t()
        let code = unsafe posix_spawn(
            &started, program, &actions, &attributes, &words, environ)
        guard code == 0 else {
            throw SystemError(code: code, call: "posix_spawn", subject: program)
        }
        return started
    }

    /// Writes all bytes into the pipe; `EPIPE` where the program reads no more.
    func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        guard let start = bytes.baseAddress, let number = input?.number else { return }
        var done = 0
        while done < bytes.count {
            guard isWanted() else { throw SystemError(code: ECANCELED, call: "write") }
            let count = try Self.withoutPipeSignal { () throws(SystemError) in
                try nonBlockingSystemCall("write", program) {
                    // `done` is below the count, so that the pointer stays within the bytes.
                    unsafe Glibc.write(number, start + done, bytes.count - done)
                }
            }
            if let count {
                done += count
                continue
            }
            var waiting = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
            try systemCall("poll") { unsafe poll(&waiting, 1, Self.patience) }
        }
    }

    /// Does something without the signal that a write into a pipe sends whose reader has gone: programs that
    /// do not ignore it would be ended by it.
    private static func withoutPipeSignal<Result>(
        _ body: () throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        var pipe = sigset_t()
        unsafe sigemptyset(&pipe)
        unsafe sigaddset(&pipe, SIGPIPE)
        var before = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, &pipe, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        do throws(SystemError) { return try body() } catch {
            // The signal is this thread's own, and waits while it is blocked.
            var now = timespec(tv_sec: 0, tv_nsec: 0)
            if error.code == EPIPE, unsafe sigismember(&before, SIGPIPE) == 0 {
                _ = unsafe sigtimedwait(&pipe, nil, &now)
            }
            throw error
        }
    }

    /// Tells the program that this was all.
    func close() throws(SystemError) { input = nil }

    /// Waits for the program's end.
    /// - Returns: its exit code; 128 and the number after a signal.
    func finish() throws(SystemError) -> Int32 {
        input = nil
        while status == nil {
            guard isWanted() else { throw SystemError(code: ECANCELED, call: "waitpid") }
            collect(WNOHANG)
            if status == nil { usleep(2000) }
        }
        let status = status ?? 0
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    /// What it has printed so far, at most so many bytes.
    func printed(_ limit: Int = 2000) -> String {
        let size = min(Int(clamping: output.size), limit)
        let bytes = (try? output.read(size, at: 0)) ?? []
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Ends the program if it still runs.
    func end() {
        input = nil
        guard status == nil else { return }
        kill(process, SIGKILL)
        while status == nil { collect(0) }
    }

    private func collect(_ options: Int32) {
        var found: Int32 = 0
        // A child that nobody else waits for, so that its id cannot be another's.
        let result = unsafe waitpid(process, &found, options)
        if result == process { status = found }
        if result == -1, errno != EINTR { status = 1 << 8 }
    }
}
