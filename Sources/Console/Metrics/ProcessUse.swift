import Glibc
import SystemCalls

/// What this process uses of the machine, as the kernel tells it.
struct ProcessUse: Sendable {
    /// nil where the kernel does not tell.
    var residentBytes: Int64?
    var virtualBytes: Int64?
    var openDescriptors: Int64?
    /// Seconds of all its threads together.
    var processorSeconds: Double
    /// When it began, in seconds since 1970-01-01 UTC.
    var startedUTC: Double

    /// Taken when this is first asked for, less how long the process had run by then.
    private static let started: Double = {
        let now = Double(Clocks.realtime()) / 1e9
        // Field 22, in ticks since boot; the name in field 2 may hold spaces and parentheses.
        guard let text = try? FileSystem.readText("/proc/self/stat"),
            let end = text.lastIndex(of: ")")
        else { return now }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let ticks = Double(fields[19]) else { return now }
        let age = Double(Clocks.boottime()) / 1e9 - ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
        return now - max(0, age)
    }()

    static func now() -> ProcessUse {
        let pages = (try? FileSystem.readText("/proc/self/statm"))?.split(separator: " ")
            .compactMap { Int64($0) }
        let page = Int64(sysconf(Int32(_SC_PAGESIZE)))
        var used = timespec()
        // The clock is always there, and the structure is this function's own.
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        return ProcessUse(
            residentBytes: (pages?.count ?? 0) > 1 ? pages.map { $0[1] * page } : nil,
            virtualBytes: pages?.first.map { $0 * page },
            // The list itself is open while it is read.
            openDescriptors: (try? FileSystem.list("/proc/self/fd")).map { Int64($0.count) - 1 },
            processorSeconds: Double(used.tv_sec) + Double(used.tv_nsec) / 1e9,
            startedUTC: started)
    }
}
