import Glibc
import SystemCalls

/// The machine that the command runs on.
public struct ThisMachine: Machine {
    /// What stands before all paths; empty but for tests, which lay out a machine's files in a folder.
    private let root: String

    public init(root: String = "") { self.root = root }

    public func text(_ path: String) -> String? { try? FileSystem.readText(root + path) }

    public func names(_ path: String) -> [String] { (try? FileSystem.list(root + path)) ?? [] }

    public func facts(_ path: String) -> PathFacts? {
        var status = stat()
        guard unsafe stat(root + path, &status) == 0 else { return nil }
        return PathFacts(
            mode: status.st_mode & 0o7777, user: status.st_uid, group: status.st_gid,
            isDirectory: status.st_mode & S_IFMT == S_IFDIR, device: UInt64(status.st_dev))
    }

    public func space(_ path: String) -> (free: Int64, total: Int64)? {
        var status = statvfs()
        guard unsafe statvfs(root + path, &status) == 0 else { return nil }
        let unit = UInt64(status.f_frsize)
        return (
            Int64(clamping: UInt64(status.f_bavail) * unit),
            Int64(clamping: UInt64(status.f_blocks) * unit)
        )
    }

    public func answer(_ program: String, _ arguments: [String]) -> ProgramAnswer? {
        let path =
            program.hasPrefix("/")
            ? program
            : ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].map { "\($0)/\(program)" }
                .first { FileSystem.exists($0) }
        guard let path else { return nil }
        var lines: [String] = []
        guard let code = try? ChildProgram.follow(path, arguments, line: { lines.append($0) })
        else { return nil }
        return ProgramAnswer(code: code, output: lines.joined(separator: "\n"))
    }

    public var clock: ClockDiscipline { .current() }

    public var realtime: Int64 { Clocks.realtime() }

    public var caller: Caller {
        let count = getgroups(0, nil)
        var groups = [gid_t](repeating: 0, count: max(0, Int(count)))
        let found = unsafe getgroups(count, &groups)
        return Caller(
            user: geteuid(), groups: Set(groups.prefix(max(0, Int(found)))).union([getegid()]))
    }
}
