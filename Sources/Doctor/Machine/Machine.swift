import SystemCalls

/// What the checks see of a machine. Nothing of it changes anything.
///
/// Paths are absolute, as on the machine itself.
public protocol Machine: Sendable {
    /// A whole file; nil where it is not there or may not be read.
    func text(_ path: String) -> String?
    /// Names in a directory; none where it is not there or may not be read.
    func names(_ path: String) -> [String]
    /// What stands at a path, links followed; nil where nothing does.
    func facts(_ path: String) -> PathFacts?
    /// Free and all bytes of the file system that holds a path.
    func space(_ path: String) -> (free: Int64, total: Int64)?
    /// Runs a program that only tells something, found where programs are; nil where it is not there.
    func answer(_ program: String, _ arguments: [String]) -> ProgramAnswer?
    /// What the kernel says of the wall clock.
    var clock: ClockDiscipline { get }
    /// Who asks.
    var caller: Caller { get }
    /// Nanoseconds since 1970-01-01 UTC.
    var realtime: Int64 { get }
}

extension Machine {
    /// A file's text without blanks around it.
    func trimmed(_ path: String) -> String? { text(path)?.trimmed }

    func exists(_ path: String) -> Bool { facts(path) != nil }

    /// Properties of a unit, as `systemctl show` tells them; nil where no service manager answers.
    func unit(_ name: String) -> [String: String]? {
        guard exists("/run/systemd/system"),
            let answer = answer("systemctl", ["show", "--no-pager", name]), answer.code == 0
        else { return nil }
        var properties: [String: String] = [:]
        for line in answer.output.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            properties[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        return properties
    }

    /// Whether a program of the system is installed.
    func hasProgram(_ name: String) -> Bool {
        ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].contains { exists("\($0)/\(name)") }
    }

    /// The nearest of a path and the folders above it that is there.
    func nearest(_ path: String) -> String {
        var path = path
        while path != "/", !path.isEmpty, !exists(path) {
            path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        }
        return path.isEmpty ? "/" : path
    }
}
