import ArgumentParser
import Foundation
import Link
import SystemCalls

/// The options that every command takes, before or after its name.
struct GlobalOptions: ParsableArguments {
    @Option(help: "Directory of the daemon's socket.")
    var runtime: String?

    @Option(help: "Directory of the studies.")
    var data: String?

    @Flag(help: "Print JSON, for programs.")
    var json = false

    var socket: String { Places.socket(runtime: runtime ?? Places.runtime) }

    var dataDirectory: String { data ?? Places.data }

    /// Connects to the daemon; the error says what to do.
    func connect() throws -> VarlinkClient { try VarlinkClient(path: socket) }

    /// The names of options that take a value, and of flags.
    static let withValue: Set<String> = ["--runtime", "--data"]
    static let flags: Set<String> = ["--json"]

    /// Moves global options that stand before the command's name behind it, where they are parsed.
    static func moved(_ arguments: [String]) -> [String] {
        var leading: [String] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            if withValue.contains(argument), index + 1 < arguments.count {
                leading += [argument, arguments[index + 1]]
                index += 2
            } else if flags.contains(argument)
                || withValue.contains(where: { argument.hasPrefix($0 + "=") })
            {
                leading.append(argument)
                index += 1
            } else {
                break
            }
        }
        guard !leading.isEmpty, index < arguments.count else { return arguments }
        let rest = Array(arguments[index...])
        // What follows "--" are arguments, never options.
        if let end = rest.firstIndex(of: "--") {
            return Array(rest[..<end]) + leading + Array(rest[end...])
        }
        return rest + leading
    }
}

/// Prints to the terminal and to programs.
enum Output {
    /// Prints a value as one JSON object, with the names that travel over the link.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Prints rows with columns of equal width; numbers' columns are the caller's to pad.
    static func table(_ rows: [[String]]) {
        guard let first = rows.first else { return }
        let widths = first.indices.map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            print(cells.joined(separator: "  "))
        }
    }

    /// Writes a text to a file, whole or not at all.
    static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            let reason =
                FileSystem.exists(folder)
                ? "its folder or its rights do not allow it, or there is no room"
                : "there is no folder \(folder)"
            throw ValidationError("\(path) cannot be written: \(reason).")
        }
    }

    static func error(_ text: String) {
        FileHandle.standardError.write(Data("attune: \(text)\n".utf8))
    }

    /// A duration such as `1:02:03.4`.
    static func duration(milliseconds: Int) -> String {
        let seconds = milliseconds / 1000
        let tail = String(
            format: "%02d:%02d.%d", seconds / 60 % 60, seconds % 60,
            milliseconds % 1000 / 100)
        return seconds >= 3600 ? "\(seconds / 3600):\(tail)" : tail
    }

    static func bytes(_ count: Int64) -> String {
        switch count {
        case ..<10_000: "\(count) B"
        case ..<10_000_000: "\(count / 1_000) kB"
        case ..<10_000_000_000: "\(count / 1_000_000) MB"
        default: "\(count / 1_000_000_000) GB"
        }
    }

    /// Local time of a moment in nanoseconds since 1970.
    static func localTime(_ nanoseconds: Int64) -> String {
        let formatter = DateFormatter()
        formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
        formatter.locale = Locale(identifier: "en_US_POSIX")
        return formatter.string(from: Date(timeIntervalSince1970: Double(nanoseconds) / 1e9))
    }
}
