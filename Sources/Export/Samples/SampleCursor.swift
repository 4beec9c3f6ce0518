import SessionStore
import Timebase

/// The samples of a stream that are exported, one chunk after another as they are asked for: for formats in
/// which streams stand side by side.
///
/// Used by one thread at a time, as the session's export.
final class SampleCursor {
    private let reader: SessionReader
    private let stream: Int64
    private var ranges: ArraySlice<Range<Int64>>
    /// The next sample.
    private var index: Int64

    init(_ export: SessionExport, stream: Int64) throws(ExportError) {
        reader = export.reader
        self.stream = stream
        ranges = try export.ranges(of: stream)[...]
        index = ranges.first?.lowerBound ?? 0
    }

    /// The next chunk; nil behind the last.
    func next() throws -> SampleWindow? {
        while let range = ranges.first {
            var found: SampleWindow?
            if index < range.upperBound {
                try reader.forEachChunk(of: stream, from: index) { window in
                    found = window.prefix(Int(clamping: range.upperBound - window.firstIndex))
                    return false
                }
            }
            if let found, found.count > 0 {
                index = found.firstIndex + Int64(found.count)
                return found
            }
            ranges = ranges.dropFirst()
            index = ranges.first?.lowerBound ?? 0
        }
        return nil
    }
}
