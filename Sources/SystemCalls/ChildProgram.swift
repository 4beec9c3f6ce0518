import Glibc

/// Another program that is started and waited for, in the background of a daemon.
///
/// It reads nothing; what it says on its outputs goes where the caller's own goes.
public enum ChildProgram {
    /// Runs a program to its end, on the caller's thread.
    /// - Parameters:
    ///   - program: its path.
    ///   - niceness: added to the caller's, so that recording comes first.
    /// - Returns: its exit code; 128 and the number after a signal.
    public static func run(
        _ program: String, _ arguments: [String], niceness: Int32 = 0
    ) throws(SystemError) -> Int32 {
        // All of these are this function's own, and are given back before it returns.
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
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
        if niceness != 0 {
            // It runs as well without.
            let which = __priority_which_t(PRIO_PROCESS.rawValue)
            _ = setpriority(which, id_t(process), getpriority(which, 0) + niceness)
        }
        var status: Int32 = 0
        try systemCall("waitpid", program) { unsafe waitpid(process, &status, 0) }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }
}
