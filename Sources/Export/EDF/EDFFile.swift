import CEdf
import Glibc
import Reports
import Synchronization
import SystemCalls

/// Writes an EDF+ or BDF+ file with EDFlib, and reads its header and annotations back.
///
/// EDFlib cuts and drops silently: whatever goes in here is already as short as it takes, and what it made is
/// counted afterwards. Used by one thread.
final class EDFFile {
    struct Header {
        var isWide: Bool
        var patient: String
        var recording: String
        var start: CalendarTime
        var layout: EDFLayout
        /// Their stream's name and label for people, as the transducer.
        var signals: [(signal: EDFSignal, points: Int, origin: String)]
    }

    private let path: String
    private let header: Header
    private let handle: Int32
    private var isOpen = true
    private var annotations = 0

    /// EDFlib's lists of open files are shared by all threads.
    private static let opening = Mutex(())

    /// - Throws: `tool` where EDFlib refuses anything.
    init(path: String, _ header: Header) throws {
        self.path = path
        self.header = header
        let type = header.isWide ? EDFLIB_FILETYPE_BDFPLUS : EDFLIB_FILETYPE_EDFPLUS
        handle = Self.opening.withLock { _ in
            unsafe edfopen_file_writeonly(path, type, Int32(header.signals.count))
        }
        try check(handle < 0 ? handle : 0, "be opened")
        try configure()
    }

    deinit {
        guard isOpen else { return }
        Self.opening.withLock { _ in _ = edfclose_file(handle) }
    }

    private func check(_ result: Int32, _ what: String) throws {
        guard result != 0 else { return }
        throw ExportError(
            code: .tool, message: "\(path) cannot \(what); EDFlib gave \(result)")
    }

    private func configure() throws {
        let handle = handle
        for (number, entry) in header.signals.enumerated() {
            let (signal, number) = (entry.signal, Int32(number))
            let results = [
                edf_set_samplefrequency(handle, number, Int32(entry.points)),
                edf_set_digital_minimum(handle, number, signal.scale.lowest),
                edf_set_digital_maximum(handle, number, signal.scale.highest),
                // EDFlib would cut the digits of these: the header gets its own below.
                edf_set_physical_minimum(handle, number, -1),
                edf_set_physical_maximum(handle, number, 1),
                unsafe edf_set_label(handle, number, signal.label),
                unsafe edf_set_physical_dimension(handle, number, signal.unit),
                unsafe edf_set_transducer(handle, number, entry.origin),
            ]
            for result in results { try check(result, "hold the signal \(signal.label)") }
        }
        let start = header.start
        let results = [
            edf_set_startdatetime(
                handle, Int32(start.year), Int32(start.month), Int32(start.day),
                Int32(start.hour), Int32(start.minute), Int32(start.second)),
            unsafe edf_set_patientcode(handle, header.patient),
            unsafe edf_set_admincode(handle, header.recording),
            unsafe edf_set_equipment(handle, "attune"),
            edf_set_number_of_annotation_signals(handle, Int32(header.layout.annotationSignals)),
        ]
        for result in results { try check(result, "hold its header") }
        // One second is what it has unless told otherwise.
        if header.layout.duration != 100_000 {
            try check(
                edf_set_datarecord_duration(handle, Int32(header.layout.duration)),
                "hold records of \(Double(header.layout.duration) / 1e5) s")
        }
    }

    /// Writes a record.
    /// - Parameter digits: all points of the first signal, then all of the next.
    func record(_ digits: inout [Int32]) throws {
        let result = unsafe digits.withUnsafeMutableBufferPointer {
            unsafe edf_blockwrite_digital_samples(handle, $0.baseAddress)
        }
        if result != 0, errno == ENOSPC || errno == EDQUOT || errno == EFBIG {
            throw SystemError(code: errno, call: "write", subject: path)
        }
        try check(result, "be written")
    }

    /// Adds an annotation; all of them are written when the file is closed.
    /// - Parameters:
    ///   - onset: in units of 100 microseconds since the file's start.
    ///   - duration: the same; nil for a moment.
    func annotate(onset: Int64, duration: Int64?, _ text: String) throws {
        try check(
            unsafe edfwrite_annotation_utf8(handle, onset, duration ?? -1, text),
            "hold the annotation \(text)")
        annotations += 1
    }

    /// Ends the file, writes what EDFlib cannot into its header, and counts what there is.
    func close() throws {
        isOpen = false
        try check(Self.opening.withLock { _ in edfclose_file(handle) }, "be ended")
        let all = header.signals.count + header.layout.annotationSignals
        let file = try FileDescriptor(opening: path, flags: O_RDWR)
        for (place, values) in [
            (104, header.signals.map(\.signal.scale.physicalLow)),
            (112, header.signals.map(\.signal.scale.physicalHigh)),
        ] {
            var bytes: [UInt8] = []
            for number in values {
                bytes += Array(number.text.utf8)
                bytes += [UInt8](repeating: 0x20, count: 8 - number.text.utf8.count)
            }
            let offset = off_t(256 + place * all)
            let written = try systemCall("pwrite", path) {
                unsafe bytes.withUnsafeBytes {
                    unsafe pwrite(file.number, $0.baseAddress, $0.count, offset)
                }
            }
            guard written == bytes.count else {
                throw SystemError(code: ENOSPC, call: "pwrite", subject: path)
            }
        }
        try systemCall("fchmod", path) { fchmod(file.number, 0o640) }
        try verify()
    }

    /// What EDFlib reads of its own file.
    private func verify() throws {
        var found = edf_hdr_struct()
        let result = Self.opening.withLock { _ in
            let result = unsafe edfopen_file_readonly(
                path, &found, EDFLIB_READ_ALL_ANNOTATIONS)
            if result == 0 { _ = edfclose_file(found.handle) }
            return result
        }
        try check(result == 0 ? 0 : found.filetype, "be read back")
        guard found.datarecords_in_file == header.layout.records,
            found.edfsignals == header.signals.count, found.annotations_in_file == annotations
        else {
            throw ExportError(
                code: .tool,
                message:
                    "\(path) has \(found.datarecords_in_file) records and \(found.annotations_in_file) "
                    + "annotations, where \(header.layout.records) and \(annotations) were written; is "
                    + "its disk full?")
        }
    }
}
