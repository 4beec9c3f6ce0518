import SystemCalls
import Timebase

/// One stream of an XDF file while it is written: its header, its samples in order, its footer.
///
/// Used by one thread.
@safe final class XDFStream {
    enum Format: String {
        case double64, int64, string
    }

    /// A chunk's values of one channel.
    enum Column {
        case reals([Double])
        case integers([Int64])
    }

    /// What stands in the header beside the description.
    struct Header {
        var name: String
        var type: String
        var channels = 1
        var format = Format.string
        /// Samples a second; 0 where there is no regular rate.
        var rate = 0.0
        var source = ""
    }

    private let file: XDFFile
    private let number: UInt32
    private let header: Header
    private let isOffsetAt: [Double]
    private(set) var samples: Int64 = 0
    private var first = 0.0
    private var last = 0.0
    /// Samples of texts that wait.
    private var texts: [UInt8] = []
    private var waiting = 0

    /// Bytes of a chunk of samples, about.
    private static let chunk = 1 << 18
    private static let samplesPerChunk = 8192

    /// Writes the header.
    /// - Parameters:
    ///   - number: unique in the file.
    ///   - clock: moments for which the file says that the clocks agree, in seconds.
    ///   - identity: of the session: the same in every export.
    init(
        _ header: Header, number: UInt32, in file: XDFFile, identity: String, created: Double,
        clock: [Double], _ description: (inout XMLText) -> Void
    ) throws(SystemError) {
        self.file = file
        self.number = number
        self.header = header
        isOffsetAt = clock
        let content = XMLText.document("info") { xml in
            xml.element("name", header.name)
            xml.element("type", header.type)
            xml.element("channel_count", "\(header.channels)")
            xml.element("channel_format", header.format.rawValue)
            xml.element("nominal_srate", header.rate)
            xml.element("source_id", header.source)
            xml.element("version", 1.1)
            xml.element("created_at", created)
            xml.element("uid", "\(identity)-\(number)")
            xml.element("session_id", identity)
            xml.element("desc", description)
        }
        try file.chunk(.streamHeader, of: number, content)
        for moment in clock { try file.clockOffset(of: number, at: moment) }
    }

    /// Adds samples of numbers.
    /// - Parameters:
    ///   - times: on the station's monotonic clock.
    ///   - columns: one a channel, as long as `times`; all of the header's format.
    func add(times: [Int64], _ columns: [Column]) throws(SystemError) {
        let width = 9 + 8 * columns.count
        let most = max(1, min(Self.samplesPerChunk, Self.chunk / width))
        var from = 0
        while from < times.count {
            let to = min(times.count, from + most)
            try file.chunk(.samples, of: number, encoded(times, columns, from..<to, width: width))
            from = to
        }
        guard let start = times.first, let end = times.last else { return }
        if samples == 0 { first = Self.seconds(start) }
        last = Self.seconds(end)
        samples += Int64(times.count)
    }

    /// The content of a chunk: how many samples, and of each 8 (a time follows), its time, its values.
    private func encoded(
        _ times: [Int64], _ columns: [Column], _ range: Range<Int>, width: Int
    ) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(5 + range.count * width)
        content.append(4)
        content.append(littleEndian: UInt32(range.count))
        let start = content.count
        content.append(contentsOf: repeatElement(8, count: range.count * width))
        // Every place lies below `start + range.count * width`, which is the array's length, and `range`
        // within the columns, which the loops check.
        unsafe content.withUnsafeMutableBytes { bytes in
            var place = start + 1
            for row in range {
                unsafe bytes.storeBytes(
                    of: Self.seconds(times[row]).bitPattern.littleEndian, toByteOffset: place,
                    as: UInt64.self)
                place += width
            }
            for (channel, column) in columns.enumerated() {
                place = start + 9 + 8 * channel
                switch column {
                case .reals(let values):
                    for row in range {
                        unsafe bytes.storeBytes(
                            of: values[row].bitPattern.littleEndian, toByteOffset: place,
                            as: UInt64.self)
                        place += width
                    }
                case .integers(let values):
                    for row in range {
                        unsafe bytes.storeBytes(
                            of: values[row].littleEndian, toByteOffset: place, as: Int64.self)
                        place += width
                    }
                }
            }
        }
        return content
    }

    /// Adds a sample of one text.
    func add(_ time: Instant, _ text: String) throws(SystemError) {
        let seconds = Self.seconds(time.nanoseconds)
        if samples == 0 { first = seconds }
        last = seconds
        samples += 1
        texts.append(8)
        texts.append(littleEndian: seconds.bitPattern)
        texts.append(variable: text.utf8.count)
        texts += text.utf8
        waiting += 1
        if texts.count >= Self.chunk || waiting == Self.samplesPerChunk { try flush() }
    }

    /// Writes what waits, and the footer.
    func close() throws(SystemError) {
        try flush()
        let content = XMLText.document("info") { xml in
            if samples > 0 {
                xml.element("first_timestamp", first)
                xml.element("last_timestamp", last)
            }
            xml.element("sample_count", "\(samples)")
            xml.element("clock_offsets") { xml in
                for moment in isOffsetAt {
                    xml.element("offset") { xml in
                        xml.element("time", moment)
                        xml.element("value", 0.0)
                    }
                }
            }
        }
        try file.chunk(.streamFooter, of: number, content)
    }

    private func flush() throws(SystemError) {
        if waiting == 0 { return }
        var content: [UInt8] = []
        content.append(variable: waiting)
        content += texts
        try file.chunk(.samples, of: number, content)
        texts.removeAll(keepingCapacity: true)
        waiting = 0
    }

    /// Seconds on the monotonic clock, as LSL's `local_clock()`.
    static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }
}
