import Doctor
import SystemCalls
import TestSupport

/// A machine whose files lie in a folder, and whose programs are made up: what the kernel and the service
/// manager would say.
struct MadeUpMachine: Machine {
    let directory: TemporaryDirectory
    /// By the program's name and arguments, joined by blanks.
    var answers: [String: ProgramAnswer] = [:]
    var clock = ClockDiscipline(isSynchronised: true, errorBound: 3_000_000)
    var caller = Caller(user: 1000, groups: [1000, 101, 102])
    var realtime: Int64 = 1_800_000_000_000_000_000
    /// By path: what is free, and all.
    var spaces: [String: (free: Int64, total: Int64)] = [:]
    /// By path: who owns it, and its rights.
    var owners: [String: (user: UInt32, group: UInt32, mode: UInt32)] = [:]
    /// By path: the file system that it is on.
    var devices: [String: UInt64] = [:]

    init() throws { directory = try TemporaryDirectory() }

    private var files: ThisMachine { ThisMachine(root: directory.file("machine")) }

    /// Puts a file in its place.
    func put(_ path: String, _ text: String = "") throws {
        let full = directory.file("machine") + path
        try FileSystem.makeDirectories(String(full[..<full.lastIndex(of: "/")!]))
        try FileSystem.write(Array(text.utf8), to: full)
    }

    func makeFolder(_ path: String) throws {
        try FileSystem.makeDirectories(directory.file("machine") + path)
    }

    func remove(_ path: String) throws {
        try FileSystem.remove(directory.file("machine") + path)
    }

    /// What `systemctl show` says of a unit.
    mutating func unit(_ name: String, _ properties: String...) {
        answers["systemctl show --no-pager \(name)"] = ProgramAnswer(
            code: 0, output: properties.joined(separator: "\n"))
    }

    func text(_ path: String) -> String? { files.text(path) }

    func names(_ path: String) -> [String] { files.names(path) }

    func facts(_ path: String) -> PathFacts? {
        var facts = files.facts(path)
        if let owner = owners[path] {
            facts?.user = owner.user
            facts?.group = owner.group
            facts?.mode = owner.mode
        }
        if let device = devices[path] { facts?.device = device }
        return facts
    }

    func space(_ path: String) -> (free: Int64, total: Int64)? { spaces[path] }

    func answer(_ program: String, _ arguments: [String]) -> ProgramAnswer? {
        answers[([program] + arguments).joined(separator: " ")]
    }
}
