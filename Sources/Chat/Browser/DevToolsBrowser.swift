import CSystemCalls
import Foundation
import Glibc
import Link
import SystemCalls
import Timebase

/// A headless Chromium of one's own, spoken to through a pair of pipes (its DevTools protocol: JSON
/// messages that end in NUL). Used by one thread; calls wait for their answers.
///
/// Source: https://chromedevtools.github.io/devtools-protocol/ and Chromium's
/// `--remote-debugging-pipe`.
final class DevToolsBrowser {
    private let process: pid_t
    private let input: FileDescriptor
    private let output: FileDescriptor
    private let profile: String
    private var waiting: [UInt8] = []
    private var lastCall: Int64 = 0
    private var page: String?
    private var isEnded = false

    private static let answerNanoseconds: Int64 = 30_000_000_000

    /// Starts the browser with an empty profile of its own and attaches to its page.
    /// - Parameters:
    ///   - path: the browser's program.
    ///   - width: of the page in CSS pixels.
    ///   - height: as `width`.
    init(path: String, width: Int, height: Int) throws {
        profile = try Self.makeProfile()
        let toBrowser = try Self.pipe()
        let fromBrowser = try Self.pipe()
        var arguments = [
            path, "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run",
            "--no-default-browser-check", "--disable-background-networking", "--disable-sync",
            "--ignore-certificate-errors", "--user-data-dir=\(profile)",
            "--window-size=\(width),\(height)",
        ]
        // Chromium refuses its sandbox to root; it is then shown nothing but the chat's own page.
        if getuid() == 0 { arguments.append("--no-sandbox") }
        arguments.append("about:blank")
        do {
            process = try Self.spawn(
                arguments, reads: toBrowser.reading, writes: fromBrowser.writing,
                folder: profile)
        } catch {
            for end in [
                toBrowser.reading, toBrowser.writing, fromBrowser.reading, fromBrowser.writing,
            ] {
                close(end)
            }
            throw error
        }
        close(toBrowser.reading)
        close(fromBrowser.writing)
        input = FileDescriptor(owning: toBrowser.writing)
        output = FileDescriptor(owning: fromBrowser.reading)
        try attach()
    }

    deinit { end() }

    /// Closes the browser, and removes its profile.
    func end() {
        guard !isEnded else { return }
        isEnded = true
        _ = try? call("Browser.close")
        for attempt in 0..<250 {
            // The child is this object's own, and nobody else waits for it.
            if waitpid(process, nil, WNOHANG) == process { break }
            if attempt == 200 { kill(process, SIGKILL) }
            usleep(20_000)
        }
        FileSystem.removeTree(profile)
    }

    /// Asks the browser, or with `onPage` the page.
    @discardableResult
    func call(
        _ method: String, _ parameters: JSONValue = .object([:]), onPage: Bool = false
    ) throws -> JSONValue {
        lastCall += 1
        var message: [String: JSONValue] = [
            "id": .integer(lastCall), "method": .string(method), "params": parameters,
        ]
        if onPage, let page { message["sessionId"] = .string(page) }
        try FileSystem.writeAll(
            JSONValue.object(message).serialised + [0], to: input.number, subject: "the browser")
        let deadline = Clocks.now() + Self.answerNanoseconds
        while true {
            let answer = try receive(until: deadline, method)
            guard answer["id"]?.integer == lastCall else { continue }
            if let error = answer["error"] {
                throw ChatError(
                    .browser, "the browser refused \(method): \(error["message"]?.string ?? "?")")
            }
            return answer["result"] ?? .null
        }
    }

    /// Evaluates an expression in the page; promises are waited for.
    func evaluate(_ expression: String) throws -> JSONValue {
        let result = try call(
            "Runtime.evaluate",
            [
                "expression": .string(expression), "awaitPromise": true, "returnByValue": true,
                "userGesture": true,
            ], onPage: true)
        if let details = result["exceptionDetails"] {
            let what = details["exception"]?["description"]?.string ?? details["text"]?.string
            throw ChatError(.browser, "the page failed: \(what ?? "without a reason")")
        }
        return result["result"]?["value"] ?? .null
    }

    private func attach() throws {
        let targets = try call("Target.getTargets")["targetInfos"]?.array ?? []
        guard let target = targets.first(where: { $0["type"]?.string == "page" })?["targetId"],
            let session = try call(
                "Target.attachToTarget", ["targetId": target, "flatten": true])["sessionId"]?.string
        else { throw ChatError(.browser, "the browser has no page") }
        page = session
        // Without a window manager no window has the focus by itself.
        try call("Emulation.setFocusEmulationEnabled", ["enabled": true], onPage: true)
    }

    private func receive(until deadline: Instant, _ what: String) throws -> JSONValue {
        while true {
            if let end = waiting.firstIndex(of: 0) {
                let message = Array(waiting[..<end])
                waiting.removeSubrange(...end)
                return try JSONValue(parsing: message[...])
            }
            let left = (deadline - Clocks.now()) / 1_000_000
            guard left > 0 else {
                throw ChatError(.browser, "the browser did not answer \(what) within 30 s")
            }
            var entry = pollfd(fd: output.number, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&entry, 1, Int32(clamping: left)) > 0 else { continue }
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let number = output.number
            let count = try systemCall("read", "the browser") {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe read(number, $0.baseAddress, $0.count)
                }
            }
            guard count > 0 else { throw ChatError(.browser, "the browser ended") }
            waiting += buffer[0..<count]
        }
    }

    // MARK: - The process

    private static func pipe() throws(SystemError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        try systemCall("pipe") {
            unsafe ends.withUnsafeMutableBufferPointer { unsafe Glibc.pipe($0.baseAddress) }
        }
        for end in ends {
            try systemCall("fcntl") { attune_fcntl_integer(end, F_SETFD, FD_CLOEXEC) }
        }
        return (ends[0], ends[1])
    }

    /// Starts the program with its descriptors 3 and 4 on the pipes, as it expects them.
    private static func spawn(
        _ arguments: [String], reads: Int32, writes: Int32, folder: String
    ) throws -> pid_t {
        // All of these are this function's own, and are given back before it returns.
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // By way of high numbers: one pipe may have been given 3 or 4 itself.
        unsafe posix_spawn_file_actions_adddup2(&actions, reads, 200)
        unsafe posix_spawn_file_actions_adddup2(&actions, writes, 201)
        unsafe posix_spawn_file_actions_adddup2(&actions, 200, 3)
        unsafe posix_spawn_file_actions_adddup2(&actions, 201, 4)
        unsafe posix_spawn_file_actions_addclose(&actions, 200)
        unsafe posix_spawn_file_actions_addclose(&actions, 201)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        var usual = sigset_t()
        unsafe sigemptyset(&usual)
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&usual, number) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &usual)
        var words = unsafe arguments.map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        // The browser makes a socket in its TMPDIR, and a socket's path may have 107 bytes.
        var surroundings = unsafe ProcessInfo.processInfo.environment
            .merging(["TMPDIR": folder]) { $1 }.map { unsafe strdup("\($0)=\($1)") }
        unsafe surroundings.append(nil)
        defer { unsafe surroundings.forEach { unsafe free($0) } }
        var started = pid_t()
        let code = unsafe posix_spawn(
            &started, arguments[0], &actions, &attributes, &words, &surroundings)
        guard code == 0 else {
            throw SystemError(code: code, call: "posix_spawn", subject: arguments[0])
        }
        return started
    }

    private static func makeProfile() throws -> String {
        var template = Array("/tmp/attune-browser-XXXXXX".utf8CString)
        // The template is this function's own; mkdtemp writes its last six letters.
        let made = unsafe template.withUnsafeMutableBufferPointer {
            guard let start = $0.baseAddress else { return false }
            return unsafe mkdtemp(start) != nil
        }
        guard made else { throw ChatError(.browser, "no folder for the browser in /tmp") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
