import CReadStat
import Glibc
import Synchronization
import SystemCalls

/// Writes one data file of a statistics package through libreadstat, cell by cell.
///
/// The library takes much that does not fit and says that all went well: whoever uses this has checked names,
/// labels, widths and ranges before (`StatisticsFormat`). What it does report is thrown at the row's end, and
/// so is a row too many or too few at the end. Used by one thread.
@safe final class ReadStatFile {
    /// Which file it is.
    enum Kind {
        /// SPSS: `.sav`, or `.zsav` where zlib packs the rows.
        case spss(Packing)
        /// `.dta` 118: Stata 14 and newer.
        case stata
        /// SAS transport, version 5 or 8, with the name of its data set.
        case sas(version: UInt8, member: String)
    }

    /// How an SPSS file holds its rows.
    enum Packing {
        case plain
        /// Blanks and small whole numbers take one byte instead of eight, which is SPSS's own way.
        case rows
        case zlib
    }

    /// A column as the file declares it.
    struct Variable {
        var name: String
        var label: String
        /// How values are shown; empty for the program's own way.
        var format: String
        var storage: Storage
        /// What values mean; of whole numbers for Stata.
        var labels: [TableColumn.Label]
        /// Whether values are names or codes, and no quantities.
        var isNominal: Bool
    }

    enum Storage: Hashable {
        case number
        /// Of so many bytes of UTF-8, at least one.
        case text(width: Int)
        /// Stata's strL, whose texts are added before the first row.
        case longText
    }

    /// The date that every file bears: the same tables give the same bytes, whenever and wherever they are
    /// written. A noon at which no country changed its clocks.
    private static let dated: time_t = {
        var noon = unsafe tm()
        unsafe noon.tm_year = 100
        unsafe noon.tm_mday = 1
        unsafe noon.tm_hour = 12
        unsafe noon.tm_isdst = -1
        return unsafe mktime(&noon)
    }()
    /// libreadstat calls `localtime` for a header, which only one thread may do.
    private static let header = Mutex<Void>(())

    let path: String
    private(set) var rows: Int64 = 0
    private let kind: Kind
    private let expected: Int64
    private let output: BufferedOutput
    /// Owned by this object and freed with it, and with it the variables and long texts that it holds.
    private let writer: UnsafeMutablePointer<readstat_writer_t>
    private var variables: [UnsafeMutablePointer<readstat_variable_t>] = unsafe []
    private var names: [String] = []
    /// What the library reported first.
    private var failure = READSTAT_OK

    /// Creates the file, which must not be there.
    /// - Parameter rows: how many there will be.
    init(path: String, kind: Kind, rows: Int64) throws {
        guard rows <= Int64(Int32.max) else {
            throw ExportError(
                code: .nothing,
                message: "\(path) would have \(rows) rows, and its format takes \(Int32.max)")
        }
        self.path = path
        self.kind = kind
        expected = rows
        output = try BufferedOutput(path: path)
        guard let made = unsafe readstat_writer_init() else {
            throw ExportError(code: .tool, message: "there is no memory to write \(path)")
        }
        unsafe writer = made
    }

    deinit { unsafe readstat_writer_free(writer) }

    /// Declares a column, behind those that were declared before.
    func declare(_ variable: Variable) throws(ExportError) {
        let (type, width): (readstat_type_t, Int) =
            switch variable.storage {
            case .number: (READSTAT_TYPE_DOUBLE, 8)
            case .text(let bytes): (READSTAT_TYPE_STRING, bytes)
            case .longText: (READSTAT_TYPE_STRING_REF, 0)
            }
        guard let made = unsafe readstat_add_variable(writer, variable.name, type, width) else {
            throw refusal(of: variable.name, READSTAT_ERROR_MALLOC)
        }
        unsafe readstat_variable_set_label(made, variable.label)
        if !variable.format.isEmpty {
            unsafe readstat_variable_set_format(made, variable.format)
        }
        unsafe readstat_variable_set_measure(
            made, variable.isNominal ? READSTAT_MEASURE_NOMINAL : READSTAT_MEASURE_SCALE)
        if !variable.labels.isEmpty { try unsafe label(made, variable) }
        unsafe variables.append(made)
        names.append(variable.name)
    }

    private func label(
        _ made: UnsafeMutablePointer<readstat_variable_t>, _ variable: Variable
    ) throws(ExportError) {
        let isWhole = if case .stata = kind { true } else { false }
        guard
            let labels = unsafe readstat_add_label_set(
                writer, isWhole ? READSTAT_TYPE_INT32 : READSTAT_TYPE_DOUBLE, variable.name)
        else { throw refusal(of: variable.name, READSTAT_ERROR_MALLOC) }
        for label in variable.labels {
            if isWhole {
                unsafe readstat_label_int32_value(labels, Int32(label.value), label.text)
            } else {
                unsafe readstat_label_double_value(labels, label.value, label.text)
            }
        }
        unsafe readstat_variable_set_label_set(made, labels)
    }

    /// Adds a text of a column of long texts: in the order of rows, and in one row in that of columns.
    /// - Returns: its number.
    func addLongText(_ text: String) throws(ExportError) -> Int32 {
        let number = unsafe Int32(writer.pointee.string_refs_count)
        guard unsafe readstat_add_string_ref(writer, text) != nil else {
            throw refusal(of: "a long text", READSTAT_ERROR_MALLOC)
        }
        return number
    }

    /// Begins with the rows.
    /// - Parameter title: what the file calls itself.
    func begin(_ title: String) throws(ExportError) {
        unsafe readstat_set_data_writer(writer) { bytes, count, context in
            // The context is the output of the file that the library writes, which lives until it has.
            guard let context = unsafe context else { return -1 }
            let output = unsafe Unmanaged<BufferedOutput>.fromOpaque(context).takeUnretainedValue()
            let isWritten = unsafe output.append(
                UnsafeRawBufferPointer(start: bytes, count: count))
            return isWritten ? count : -1
        }
        unsafe check(readstat_writer_set_file_label(writer, title))
        unsafe check(readstat_writer_set_file_timestamp(writer, Self.dated))
        let context = unsafe Unmanaged.passUnretained(output).toOpaque()
        let rows = Int(expected)
        switch kind {
        case .spss(let packing):
            let compression =
                switch packing {
                case .plain: READSTAT_COMPRESS_NONE
                case .rows: READSTAT_COMPRESS_ROWS
                case .zlib: READSTAT_COMPRESS_BINARY
                }
            unsafe check(readstat_writer_set_compression(writer, compression))
            unsafe check(readstat_begin_writing_sav(writer, context, rows))
        case .stata:
            unsafe check(readstat_writer_set_file_format_version(writer, 118))
            unsafe check(readstat_begin_writing_dta(writer, context, rows))
        case .sas(let version, let member):
            unsafe check(readstat_writer_set_file_format_version(writer, version))
            unsafe check(readstat_writer_set_table_name(writer, member))
            unsafe check(readstat_begin_writing_xport(writer, context, rows))
        }
        unsafe check(readstat_validate_metadata(writer))
        try throwFailure("its columns")
        for unsafe(variable, name) in unsafe zip(variables, names) {
            unsafe check(readstat_validate_variable(writer, variable))
            try throwFailure(name)
        }
    }

    /// Begins a row, in which every value is missing or blank that is not set.
    func beginRow() {
        if rows > 0 {
            unsafe check(readstat_begin_row(writer))
        } else {
            Self.header.withLock { _ in unsafe check(readstat_begin_row(writer)) }
        }
    }

    /// Sets a number; a NaN is a missing value.
    @inline(__always) func set(_ column: Int, _ value: Double) {
        let variable = unsafe variables[column]
        unsafe check(
            value.isNaN
                ? readstat_insert_missing_value(writer, variable)
                : readstat_insert_double_value(writer, variable, value))
    }

    /// Sets a text, which fits; nil is a missing value.
    func set(_ column: Int, _ text: String?) {
        let variable = unsafe variables[column]
        if let text {
            unsafe check(readstat_insert_string_value(writer, variable, text))
        } else {
            unsafe check(readstat_insert_missing_value(writer, variable))
        }
    }

    /// Sets a long text by the number that it got. A column that is not set is empty.
    func set(_ column: Int, longText number: Int32) {
        unsafe check(
            readstat_insert_string_ref(
                writer, variables[column], readstat_get_string_ref(writer, number)))
    }

    func endRow() throws(ExportError) {
        unsafe check(readstat_end_row(writer))
        rows += 1
        if failure != READSTAT_OK { try throwFailure("row \(rows)") }
    }

    /// Writes what belongs behind the rows.
    func close() throws {
        if rows > 0 {
            unsafe check(readstat_end_writing(writer))
        } else {
            Self.header.withLock { _ in unsafe check(readstat_end_writing(writer)) }
        }
        try throwFailure("the end of the file")
        // The library compares only as far as its own number of rows goes.
        guard rows == expected else {
            throw refusal(of: "the number of rows", READSTAT_ERROR_ROW_COUNT_MISMATCH)
        }
        try output.close()
    }

    @inline(__always) private func check(_ result: readstat_error_t) {
        if result != READSTAT_OK, failure == READSTAT_OK { failure = result }
    }

    /// Throws what went wrong so far, if anything did.
    private func throwFailure(_ what: String) throws(ExportError) {
        if let error = output.failure { throw .system(error, directory: path) }
        if failure != READSTAT_OK { throw refusal(of: what, failure) }
    }

    private func refusal(of what: String, _ error: readstat_error_t) -> ExportError {
        let reason =
            unsafe readstat_error_message(error).map { unsafe String(cString: $0) } ?? "no reason"
        return ExportError(
            code: .tool, message: "libreadstat does not write \(what) of \(path)",
            cause: "\(reason) (\(error.rawValue))")
    }
}
