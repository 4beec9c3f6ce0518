import SystemCalls

/// The researcher's pages of the demo.
extension DemoStation {
    /// Serves the console.
    /// - Returns: the address that lets one browser in.
    func startConsole() throws -> String {
        say("Starting attune-console, the researcher's pages (its log: \(places.consoleLog))")
        let console = try start(
            "attune-console",
            [
                "\(places.programs)/attune-console", "--listen", "127.0.0.1:0", "--runtime",
                places.runtime, "--data", places.data, "--state", places.consoleState,
            ], errors: places.consoleLog, output: places.consoleLog)
        var address: String?
        try wait("the console", seconds: 20, [console]) {
            address = consoleAddress()
            return address != nil
        }
        consolePlace = Self.place(of: address ?? "")
        return address ?? ""
    }

    /// An address without its path.
    private static func place(of address: String) -> String {
        address.split(separator: "/", omittingEmptySubsequences: false).prefix(3).joined(
            separator: "/")
    }

    func sayWhere(console address: String) {
        say("")
        say("The researcher's console, for one browser:  \(address)")
        say("Another address, if that one was used:      \(consoleLink)")
    }

    /// Goes on serving the console after the session, until Ctrl-C.
    func lookBack(_ session: String, daemon: ChildProcess) throws {
        try waitForFile(of: session, daemon)
        say("It is finished: play it back on the console, and think aloud over it. Ctrl-C ends.")
        while !signals.wait(milliseconds: 200) {
            try lookAtExample()
            for child in children where !child.isRunning { throw endedEarly(child) }
        }
    }

    private var consoleLink: String {
        "\(places.programs)/attune-console link --state \(places.consoleState)"
    }

    /// The address that the console printed; nil until it did.
    private func consoleAddress() -> String? {
        guard let text = try? FileSystem.readText(places.consoleLog) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // The last one may be half written.
        return lines.dropLast().last { $0.hasPrefix("Console: ") }.map { String($0.dropFirst(9)) }
    }
}
