import Foundation
import Glibc
import SystemCalls

/// Where a demo's files and sockets are.
struct DemoPlaces {
    /// The daemon's data directory.
    let data: String
    /// Beside the sessions: the devices' logs, the daemon's log, the exported tables.
    let run: String
    /// Private and short-lived: sockets, rings, the devices' names.
    let runtime: String
    /// The folder of the programs.
    let programs: String

    init(data given: String?) throws {
        let stamp = Self.stamp()
        let base = given ?? "data/demo-\(stamp)"
        let here = FileManager.default.currentDirectoryPath
        data = base.hasPrefix("/") ? base : "\(here)/\(base)"
        run = "\(data)/demo-run-\(stamp)"
        try FileSystem.makeDirectories("\(run)/devices")
        runtime = try Self.makeRuntime()
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        programs = (program as NSString).deletingLastPathComponent
    }

    /// Now, in UTC, as it can stand in a file's name.
    private static func stamp() -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        return formatter.string(from: Date())
    }

    /// A new directory for this user alone. A socket's path may have 107 bytes, so that a long TMPDIR is
    /// of no use; rings want memory rather than a disk.
    private static func makeRuntime() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let candidates = ["/dev/shm", environment["XDG_RUNTIME_DIR"] ?? "", "/tmp"]
        for directory in candidates where !directory.isEmpty && directory.utf8.count < 60 {
            var template = Array("\(directory)/attune-demo-XXXXXX".utf8CString)
            // The template is this function's own; mkdtemp writes its last six letters.
            let made = unsafe template.withUnsafeMutableBufferPointer {
                guard let start = $0.baseAddress else { return false }
                return unsafe mkdtemp(start) != nil
            }
            if made {
                return String(
                    decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
        }
        throw DemoError.program(
            "no directory for sockets can be made in /dev/shm, XDG_RUNTIME_DIR or /tmp")
    }

    var socket: String { Places.socket(runtime: runtime) }
    var settings: String { "\(run)/attuned.yaml" }
    var daemonLog: String { "\(run)/attuned.log" }
    var chatState: String { "\(run)/chat" }
    var chatSocket: String { Places.chatSocket(runtime: runtime) }
    var chatLog: String { "\(run)/attune-chat.log" }
    var consoleState: String { "\(run)/console" }
    var consoleLog: String { "\(run)/attune-console.log" }
    var exampleLog: String { "\(run)/example.log" }
    var participantLog: String { "\(run)/participant.log" }
    var export: String { "\(run)/export" }

    /// The name by which a device is opened.
    func node(_ device: String) -> String { "\(runtime)/\(device)" }

    /// A device's own log of what it sent.
    func log(_ device: String) -> String { "\(run)/devices/\(device).log" }

    func removeRuntime() { try? FileManager.default.removeItem(atPath: runtime) }

    /// The last lines of the daemon's log.
    func daemonLogTail() -> String {
        let text = (try? FileSystem.readText(daemonLog)) ?? ""
        return text.split(separator: "\n").suffix(12).joined(separator: "\n")
    }
}
