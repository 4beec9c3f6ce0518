import Foundation
import SystemCalls

/// What the kernel says of another process.
struct ProcessFigures {
    let number: Int32

    /// Processor seconds so far, user and system, from /proc/PID/stat.
    func processorSeconds() throws -> Double {
        let text = try FileSystem.readText("/proc/\(number)/stat")
        // The second field is the name in brackets, which may hold anything.
        guard let bracket = text.lastIndex(of: ")") else { return 0 }
        let fields = text[text.index(after: bracket)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
        else { throw BenchmarkError("/proc/\(number)/stat cannot be read.") }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Processor seconds of each thread so far, by its name; finer than `processorSeconds()`.
    func threadSeconds() throws -> [String: Double] {
        var result: [String: Double] = [:]
        for task in try FileSystem.list("/proc/\(number)/task") {
            let folder = "/proc/\(number)/task/\(task)"
            guard let name = try? FileSystem.readText("\(folder)/comm"),
                let text = try? FileSystem.readText("\(folder)/schedstat"),
                let nanoseconds = text.split(separator: " ").first.flatMap({ Double($0) })
            else { continue }
            let key = name.trimmingCharacters(in: .whitespacesAndNewlines)
            result[key, default: 0] += nanoseconds / 1e9
        }
        return result
    }

    /// Resident bytes, without the mappings of rings, from /proc/PID/smaps.
    func residentBytes() throws -> (all: Int, withoutRings: Int, anonymous: Int) {
        var all = 0
        var rings = 0
        var anonymous = 0
        var isRing = false
        for line in try FileSystem.readText("/proc/\(number)/smaps").split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard let first = words.first else { continue }
            if first.contains("-") && !first.hasSuffix(":") {
                isRing = line.contains(".ring")
            } else if first == "Rss:", words.count > 1, let kilobytes = Int(words[1]) {
                all += kilobytes << 10
                if isRing { rings += kilobytes << 10 }
            } else if first == "Anonymous:", words.count > 1, let kilobytes = Int(words[1]) {
                anonymous += kilobytes << 10
            }
        }
        return (all, all - rings, anonymous)
    }
}
