import CSystemCalls
import Foundation
import Glibc
import SystemCalls
import Testing
import Timebase

@testable import Playback

/// `attune play` in a terminal of its own: a pseudo-terminal that controls it, with a screen on the
/// other side.
final class PlayerProgram {
    private let process = Process()
    private let master: SystemCalls.FileDescriptor
    private(set) var screen: ScreenEmulator
    private let before: termios
    private let path: String

    static var program: String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = (own as NSString).deletingLastPathComponent + "/attune"
        if FileSystem.exists(beside) { return beside }
        let bundle = (CommandLine.arguments.first { $0.contains(".build") } ?? "") as NSString
        return bundle.deletingLastPathComponent + "/attune"
    }

    init(_ arguments: [String], width: Int, height: Int, locale: String = "C.UTF-8") throws {
        var name = [CChar](repeating: 0, count: 128)
        master = SystemCalls.FileDescriptor(
            owning: try systemCall("posix_openpt") {
                unsafe attune_open_pseudo_terminal(&name, name.count)
            })
        path = String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        screen = ScreenEmulator(width: width, height: height)
        let slave = try SystemCalls.FileDescriptor(opening: path, flags: O_RDWR | O_NOCTTY)
        var settings = termios()
        try systemCall("tcgetattr") { unsafe tcgetattr(slave.number, &settings) }
        before = settings
        try Self.setSize(master.number, width, height)
        // `setsid --ctty` makes the terminal the controlling one, so that resizing it is told.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        process.arguments = ["--ctty", "--wait", Self.program, "play"] + arguments
        process.environment = ["TERM": "xterm-256color", "LC_ALL": locale]
        let handle = FileHandle(fileDescriptor: slave.number, closeOnDealloc: false)
        process.standardInput = handle
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
    }

    deinit { if process.isRunning { kill(player, SIGKILL) } }

    /// The player itself, below `setsid` where that had to fork.
    var player: pid_t {
        let own = process.processIdentifier
        let children = (try? FileSystem.readText("/proc/\(own)/task/\(own)/children")) ?? ""
        return children.split(separator: " ").first.flatMap { pid_t($0) } ?? own
    }

    func type(_ text: String) throws {
        try FileSystem.writeAll(Array(text.utf8), to: master.number)
    }

    func resize(width: Int, height: Int) throws {
        screen.resize(width: width, height: height)
        try Self.setSize(master.number, width, height)
    }

    /// Takes in what is drawn until the screen is as wanted; false after ten seconds.
    func waits(for isAsWanted: (ScreenEmulator) -> Bool) -> Bool {
        let end = Clocks.now() + 10_000_000_000
        while Clocks.now() < end {
            take()
            if isAsWanted(screen) { return true }
            var poll = pollfd(fd: master.number, events: Int16(POLLIN), revents: 0)
            _ = unsafe attune_poll(&poll, 1, 20_000_000)
        }
        return false
    }

    /// Waits for the end and gives the exit code; takes in what is still drawn.
    func end() -> Int32 {
        let limit = Clocks.now() + 10_000_000_000
        while process.isRunning, Clocks.now() < limit {
            take()
            usleep(10_000)
        }
        take()
        if process.isRunning { kill(player, SIGKILL) }
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Whether the terminal's settings are those from before.
    func isRestored() throws -> Bool {
        let slave = try SystemCalls.FileDescriptor(opening: path, flags: O_RDWR | O_NOCTTY)
        var settings = termios()
        try systemCall("tcgetattr") { unsafe tcgetattr(slave.number, &settings) }
        return settings.c_lflag == before.c_lflag && settings.c_iflag == before.c_iflag
            && settings.c_oflag == before.c_oflag && !screen.isOtherScreen && !screen.isCursorHidden
    }

    private func take() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(master.number, $0.baseAddress, $0.count)
            }
            // Nothing yet (EAGAIN), or nobody holds the other side any more (EIO).
            guard count > 0 else { return }
            screen.take(buffer[0..<count]) { CharacterWidth.of($0) }
        }
    }

    private static func setSize(_ fd: Int32, _ width: Int, _ height: Int) throws {
        var size = winsize(
            ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        try systemCall("ioctl") { unsafe attune_ioctl_pointer(fd, UInt(TIOCSWINSZ), &size) }
    }
}
