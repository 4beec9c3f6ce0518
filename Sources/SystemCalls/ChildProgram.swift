import CSystemCalls
import Glibc
import Synchronization

/// Another program that is started and waited for, in the background of a daemon or a server.
///
/// It reads nothing, and has none of the caller's files but its outputs. Any thread may use it.
public final class ChildProgram: Sendable {
    private let program: String
    private let process: pid_t
    /// While it is true nobody else can have the process's number.
    private let isRunning = Mutex(true)

    /// Starts a program.
    /// - Parameters:
    ///   - program: its path.
    ///   - niceness: added to the caller's, so that recording comes first.
    ///   - output: the descriptor that takes what it says on its output and its errors; nil for the
    ///     caller's own.
    public init(
        _ program: String, _ arguments: [String], niceness: Int32 = 0, output: Int32? = nil
    ) throws(SystemError) {
        self.program = program
        // All of these are this function's own, and are given back before it returns.
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let output {
            unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
            unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
        }
        // A connection that the program kept open would not end where the caller closes it.
        _ = unsafe attune_spawn_without(&actions, 3)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Signals that the caller blocked or ignores would be so in the child too, which then could not be
        // ended.
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var usual = sigset_t()
        unsafe sigemptyset(&usual)
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&usual, number) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &usual)
        var words = unsafe ([program] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var process = pid_t()
        let code = unsafe posix_spawn(&process, program, &actions, &attributes, &words, environ)
        guard code == 0 else {
            throw SystemError(code: code, call: "posix_spawn", subject: program)
        }
        self.process = process
        Self.unspare(process)
        if niceness != 0 {
            // It runs as well without.
            let which = __priority_which_t(PRIO_PROCESS.rawValue)
            _ = setpriority(which, id_t(process), getpriority(which, 0) + niceness)
        }
    }

    /// Where memory runs out, a child is not spared as its caller is (OOMScoreAdjust= of a service).
    private static func unspare(_ process: pid_t) {
        guard let own = try? FileSystem.readText("/proc/self/oom_score_adj"), own.hasPrefix("-")
        else { return }
        // It runs as well without.
        guard
            let file = try? FileDescriptor(
                opening: "/proc/\(process)/oom_score_adj", flags: O_WRONLY)
        else { return }
        try? FileSystem.writeAll(Array("0".utf8), to: file.number)
    }

    /// Sends it a signal; nothing where it has ended.
    public func send(_ signal: Int32) {
        isRunning.withLock { if $0 { kill(process, signal) } }
    }

    /// Waits for its end, on the caller's thread. Called once.
    /// - Returns: its exit code; 128 and the number after a signal.
    public func wait() throws(SystemError) -> Int32 {
        // First without taking its number back, so that no signal reaches a later process of that number.
        var ended = unsafe siginfo_t()
        try systemCall("waitid", program) {
            unsafe waitid(P_PID, id_t(process), &ended, WEXITED | WNOWAIT)
        }
        var status: Int32 = 0
        try isRunning.withLock { isRunning throws(SystemError) in
            isRunning = false
            try systemCall("waitpid", program) { unsafe waitpid(process, &status, 0) }
        }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    /// Runs a program to its end, on the caller's thread; what it says goes where the caller's own goes.
    /// - Returns: as `wait`.
    public static func run(
        _ program: String, _ arguments: [String], niceness: Int32 = 0
    ) throws(SystemError) -> Int32 {
        try ChildProgram(program, arguments, niceness: niceness).wait()
    }

    /// Runs a program to its end, on the caller's thread, and hears what it says.
    /// - Parameters:
    ///   - started: called once it runs.
    ///   - line: called with each line of its output and its errors, without its end; invalid UTF-8 is
    ///     U+FFFD, and what is longer than 16 MiB is given in pieces.
    /// - Returns: as `wait`.
    public static func follow(
        _ program: String, _ arguments: [String], niceness: Int32 = 0,
        started: (ChildProgram) -> Void = { _ in }, line: (String) -> Void
    ) throws(SystemError) -> Int32 {
        var ends: (reading: Int32, writing: Int32) = (-1, -1)
        try systemCall("pipe2") { unsafe attune_pipe(&ends.reading, &ends.writing) }
        let reading = FileDescriptor(owning: ends.reading)
        let child: ChildProgram
        do {
            // Closed here once the child has it, so that the end of what it says is seen.
            let writing = FileDescriptor(owning: ends.writing)
            child = try ChildProgram(
                program, arguments, niceness: niceness, output: writing.number)
        }
        started(child)
        var waiting: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            // The buffer is as long as is said.
            let count = try systemCall("read", program) {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe read(reading.number, $0.baseAddress, $0.count)
                }
            }
            if count == 0 { break }
            for byte in buffer[0..<count] {
                if byte == 0x0A || waiting.count == 16 << 20 {
                    line(String(decoding: waiting, as: UTF8.self))
                    waiting.removeAll(keepingCapacity: true)
                }
                if byte != 0x0A { waiting.append(byte) }
            }
        }
        if !waiting.isEmpty { line(String(decoding: waiting, as: UTF8.self)) }
        return try child.wait()
    }
}
