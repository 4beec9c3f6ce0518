import Link
import SystemCalls

/// `attune export` as a process of its own: whatever goes wrong in one of a format's libraries, the console
/// goes on.
struct ExportProgram: Sendable {
    /// The program attune; nil where it is not there.
    let path: String?

    /// How far an export is.
    struct Progress: Decodable, Sendable {
        /// What is being written.
        var table: String
        /// Rows and samples of all files.
        var rows: Int64
        /// As far as they could be counted yet.
        var expected: Int64
    }

    /// What would be exported.
    struct Preview: Sendable {
        /// Session files.
        var sessions: [String]
        var excluded: [ExcludedFile]
    }

    /// A session that would be left out.
    struct ExcludedFile: Decodable, Sendable {
        var path: String
        /// As `ExcludedSession.Reason` has it.
        var reason: String
        var message: String
    }

    private struct Found: Decodable {
        var sessions: [String]
        var excluded: [ExcludedFile]
    }

    /// Looks what would be exported of a study's folder; writes nothing. Waits for it.
    /// - Throws: `ConsoleRefusal` with the program's own words.
    func preview(_ folder: String, _ request: ExportRequest) throws -> Preview {
        // The key is not needed to say which sessions leave, and is made when something does.
        var request = request
        request.movesDates = false
        var said = Said()
        let code = try run([folder, "--dry-run"] + request.arguments(key: nil)) { said.hear($0) }
        guard code == 0, let json = said.json, let found = try? json.decode(Found.self) else {
            throw ConsoleRefusal(.conflict, said.failure(code))
        }
        return Preview(sessions: found.sessions, excluded: found.excluded)
    }

    /// Writes an export. Waits for it.
    /// - Parameters:
    ///   - directory: where it goes; must not be there.
    ///   - key: as `ExportRequest.arguments` has it.
    ///   - started: called once the program runs.
    ///   - progress: told about ten times a second.
    /// - Returns: why there is nothing, in words; nil where it is written.
    func write(
        _ folder: String, _ request: ExportRequest, key: String?, to directory: String,
        started: (ChildProgram) -> Void, progress: (Progress) -> Void
    ) throws -> String? {
        var said = Said()
        let code = try run(
            [folder, "--out=\(directory)", "--progress=program"] + request.arguments(key: key),
            started: started
        ) { line in
            if let told = Self.progress(line) { progress(told) } else { said.hear(line) }
        }
        return code == 0 ? nil : said.failure(code)
    }

    private func run(
        _ arguments: [String], started: (ChildProgram) -> Void = { _ in }, line: (String) -> Void
    ) throws -> Int32 {
        guard let path else {
            throw ConsoleRefusal(
                .serviceUnavailable,
                "The program attune, which writes exports, does not lie beside the console: is the package "
                    + "whole?")
        }
        return try ChildProgram.follow(
            path, ["export", "--json"] + arguments, niceness: 10, started: started, line: line)
    }

    private static func progress(_ line: String) -> Progress? {
        guard line.hasPrefix("{"), let json = try? JSONValue(parsing: line) else { return nil }
        return try? json.decode(Progress.self)
    }

    /// What the program said beside its progress.
    private struct Said {
        var json: JSONValue?
        /// What it said it cannot do, line by line.
        private var failure: [String] = []
        /// Whether those lines have ended: what follows tells how the program is used.
        private var isWhole = false
        private var last = ""

        mutating func hear(_ line: String) {
            let start = "Error: "
            if line.hasPrefix("{"), let found = try? JSONValue(parsing: line) {
                json = found
            } else if line.hasPrefix(start) {
                failure = [String(line.dropFirst(start.count))]
            } else if line.hasPrefix("Usage: ") || line.hasPrefix("Help: ") || failure.count == 20 {
                isWhole = true
            } else if !failure.isEmpty, !isWhole {
                failure.append(line)
            }
            if line.contains(where: { !$0.isWhitespace }) { last = line }
        }

        /// Why it ended with a code.
        func failure(_ code: Int32) -> String {
            if let first = failure.first {
                let text =
                    ([first.prefix(1).uppercased() + first.dropFirst()] + failure.dropFirst())
                    .joined(separator: " ")
                return String(text.prefix(2000))
            }
            let said =
                last.isEmpty || last.hasPrefix("{") ? "" : " It said last: \(last.prefix(1000))"
            return code >= 128
                ? "The program attune was ended by signal \(code - 128).\(said)"
                : "The program attune ended with code \(code).\(said)"
        }
    }
}
