import Glibc
import SystemCalls

/// Gives back what starting needed of the programs' and libraries' files.
///
/// The kernel maps 64 KiB around each page of a file that is touched, and starting touches much that
/// recording never does: relocations, YAML, regular expressions, the schema. What is given back
/// stays in the page cache, where whatever is needed again is found without reading the disk.
enum ResidentMemory {
    /// Any thread, at any time; takes about a millisecond. What cannot be read or given back stays.
    static func giveBackFilePages() {
        guard let text = try? FileSystem.readText("/proc/self/smaps") else { return }
        var range: (start: UInt, end: UInt)?
        for line in text.split(separator: "\n") {
            if let mapping = mapping(line) {
                range = mapping.isReadOnlyFile ? (mapping.start, mapping.end) : nil
            } else if line.hasPrefix("Anonymous:"), let found = range {
                range = nil
                // Pages of the process's own (relocated ones) would be lost: only mappings without.
                guard line.hasSuffix(" 0 kB"),
                    let start = unsafe UnsafeMutableRawPointer(bitPattern: found.start)
                else { continue }
                // Nothing was written here and nothing can be, so that each page comes back from
                // its file as it is, also to a thread that runs in it now.
                _ = unsafe madvise(start, Int(found.end - found.start), MADV_DONTNEED)
            }
        }
    }

    /// The head of a mapping: `start-end permissions offset device inode path`.
    private static func mapping(
        _ line: Substring
    ) -> (start: UInt, end: UInt, isReadOnlyFile: Bool)? {
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count >= 5, let dash = fields[0].firstIndex(of: "-"),
            let start = UInt(fields[0][..<dash], radix: 16),
            let end = UInt(fields[0][fields[0].index(after: dash)...], radix: 16), start < end
        else { return nil }
        let isReadOnly = fields[1] == "r-xp" || fields[1] == "r--p"
        return (start, end, isReadOnly && fields.count > 5 && fields[5].hasPrefix("/"))
    }
}
