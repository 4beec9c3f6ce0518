import Glibc
import SystemCalls
import Timebase

/// A table of readings in somebody's CSV file: columns for alignment, with the lines they stood in.
public struct ReadingsTable: Sendable {
    /// The readings, row by row; `device` is empty where the table says no device time at all.
    public internal(set) var readings = ClockReadings(index: [], arrival: [])
    /// Rows (by their place) before which lines were skipped, with how many in all until there;
    /// ascending.
    var skipped: [(row: Int, lines: Int)] = []

    public var count: Int { readings.arrival.count }

    /// The line of the file in which a row stood, counted from 1.
    public func line(of row: Int) -> Int {
        // Behind the last entry that is not above the row.
        var (low, high) = (0, skipped.count)
        while low < high {
            let middle = (low + high) / 2
            if skipped[middle].row <= row { low = middle + 1 } else { high = middle }
        }
        return row + 2 + (low > 0 ? skipped[low - 1].lines : 0)
    }

    /// Reads a table, a megabyte at a time.
    /// - Parameter path: `-` for standard input.
    public static func read(_ path: String) throws(ReadingsTableError) -> ReadingsTable {
        let isStandardInput = path == "-"
        var parser = ReadingsTableParser(name: isStandardInput ? "standard input" : path)
        do throws(SystemError) {
            // A descriptor of its own, so that closing it leaves standard input open.
            let file =
                isStandardInput
                ? FileDescriptor(owning: try systemCall("dup") { dup(STDIN_FILENO) })
                : try FileDescriptor(opening: path, flags: O_RDONLY)
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            while parser.error == nil {
                let count = try systemCall("read", path) {
                    unsafe buffer.withUnsafeMutableBytes {
                        unsafe Glibc.read(file.number, $0.baseAddress, $0.count)
                    }
                }
                if count == 0 { break }
                unsafe buffer.withUnsafeBufferPointer {
                    unsafe parser.take(UnsafeBufferPointer(rebasing: $0[0..<count]))
                }
            }
        } catch {
            throw ReadingsTableError(
                .inputOutput, "cannot be read: \(error.reason)", path: parser.name)
        }
        return try parser.finish()
    }
}
