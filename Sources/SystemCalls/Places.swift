import Glibc

/// Where things are: settings, data, sockets, and the files that come with the programs.
///
/// Installed programs use the system's places; programs run out of a checkout use the checkout's
/// own folders, so that nothing has to be set up to try something.
public enum Places {
    /// Whether this program was installed rather than built in a checkout.
    public static var isInstalled: Bool { checkout == nil }

    /// Where sessions are kept, unless something else is said.
    public static var data: String {
        isInstalled ? "/var/lib/attune" : "\(workingDirectory)/data"
    }

    /// Personas and scripts of simulated clients.
    public static var personas: String { shared("Protocols/personas", installed: "personas") }

    /// Words and what they tell of emotion, one file for each language.
    public static var emotions: String { shared("Protocols/emotions", installed: "emotions") }

    /// Templates of Suggestions, one file for each language.
    public static var suggestions: String {
        shared("Protocols/suggestions", installed: "suggestions")
    }

    /// Phrases and what they do in a conversation, one file for each language.
    public static var moves: String { shared("Protocols/moves", installed: "moves") }

    /// Rules that look for danger in what is said, one file for each language.
    public static var safety: String { shared("Protocols/safety", installed: "safety") }

    /// Where sockets and rings are, unless something else is said.
    public static var runtime: String {
        if isInstalled { return "/run/attuned" }
        if let user = environment("XDG_RUNTIME_DIR"), FileSystem.exists(user) {
            return "\(user)/attuned"
        }
        return "/dev/shm/attuned-\(getuid())"
    }

    /// The daemon's socket in a runtime directory.
    public static func socket(runtime: String) -> String { "\(runtime)/attuned.sock" }

    /// Device profiles.
    public static var profiles: String { shared("Devices/profiles", installed: "profiles") }

    /// The participant's page.
    public static var chatPages: String { shared("Sources/Chat/Page", installed: "chat") }

    /// The researcher's pages.
    public static var consolePages: String { shared("Sources/Console/Page", installed: "console") }

    /// Where the console keeps its accounts, unless something else is said.
    ///
    /// - Parameter data: where sessions are kept.
    public static func consoleState(data: String) -> String {
        isInstalled ? "/var/lib/attune-console" : "\(data)/.console"
    }

    /// Coding schemes.
    public static var schemes: String { shared("Protocols/schemes", installed: "schemes") }

    /// The chat's own socket in a runtime directory.
    public static func chatSocket(runtime: String) -> String { "\(runtime)/chat.sock" }

    /// A Chromium, where Debian and others put it; nil where none is installed.
    public static var browser: String? {
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
            .first { FileSystem.exists($0) }
    }

    /// Study protocols.
    public static var studies: String { shared("Protocols/studies", installed: "studies") }

    /// The file of a study protocol: the laboratory's own, or one that comes with the programs; nil
    /// where there is neither, or the name is none.
    public static func study(named name: String) -> String? {
        file(named: name, own: "studies", shared: studies)
    }

    /// The file of a coding scheme, as `study(named:)`.
    public static func scheme(named name: String) -> String? {
        file(named: name, own: "schemes", shared: schemes)
    }

    /// The file of a persona or script, as `study(named:)`.
    public static func persona(named name: String) -> String? {
        file(named: name, own: "personas", shared: personas)
    }

    /// The file of a persona or script that is given by its name or by its path.
    public static func personaFile(_ given: String) -> String {
        given.contains("/") || given.contains(".")
            ? given : persona(named: given) ?? "\(personas)/\(given).yaml"
    }

    /// The names of all study protocols, in order.
    public static var studyNames: [String] { names(own: "studies", shared: studies) }

    /// The names of all coding schemes, in order.
    public static var schemeNames: [String] { names(own: "schemes", shared: schemes) }

    private static func names(own folder: String, shared: String) -> [String] {
        let folders = (isInstalled ? ["\(own)/\(folder)"] : []) + [shared]
        let names = folders.flatMap { (try? FileSystem.list($0)) ?? [] }
            .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
        return Set(names).sorted()
    }

    /// Where a laboratory keeps its own files.
    private static let own = "/etc/attune"

    private static func file(named name: String, own folder: String, shared: String) -> String? {
        guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else { return nil }
        let folders = (isInstalled ? ["\(own)/\(folder)"] : []) + [shared]
        return folders.map { "\($0)/\(name).yaml" }.first { FileSystem.exists($0) }
    }

    /// Another of the programs, which stand beside this one; nil where it is not there.
    public static func program(_ name: String) -> String? {
        guard let own = try? link("/proc/self/exe"), let slash = own.lastIndex(of: "/") else {
            return nil
        }
        let path = "\(own[..<slash])/\(name)"
        return FileSystem.exists(path) ? path : nil
    }

    /// The settings file of a program, such as `attuned`, if the system has one.
    public static func settings(of program: String) -> String? {
        let path = "/etc/attune/\(program).yaml"
        return isInstalled && FileSystem.exists(path) ? path : nil
    }

    private static func shared(_ folder: String, installed: String) -> String {
        guard let checkout else { return "/usr/share/attune/\(installed)" }
        return "\(checkout)/\(folder)"
    }

    /// The checkout that this program was built in, found from its own place upwards; nil for an
    /// installed one.
    static let checkout: String? = {
        guard var path = try? link("/proc/self/exe") else { return nil }
        while let slash = path.lastIndex(of: "/") {
            path = String(path[..<slash])
            if FileSystem.exists("\(path)/Devices/profiles")
                && FileSystem.exists("\(path)/Package.swift")
            {
                return path
            }
        }
        return nil
    }()

    static var workingDirectory: String { (try? link("/proc/self/cwd")) ?? "." }

    private static func link(_ path: String) throws(SystemError) -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = try systemCall("readlink", path) {
            unsafe buffer.withUnsafeMutableBytes {
                unsafe readlink(path, $0.assumingMemoryBound(to: CChar.self).baseAddress!, $0.count)
            }
        }
        return String(decoding: buffer[0..<count], as: UTF8.self)
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}
