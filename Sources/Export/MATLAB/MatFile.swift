import CMatio
import Glibc
import SystemCalls

/// Writes a MAT-file of version 5 with matio, compressed by zlib.
///
/// matio takes whole variables (`Mat_VarWriteAppend` is for version 7.3 alone) and does not look whether the disk
/// takes what it writes, so that variables are kept small here, and the file is gone through at its end. Used
/// by one thread.
@safe final class MatFile {
    private let path: String
    private let mat: OpaquePointer
    private var isOpen = true
    private var variables = 0

    /// What the file begins with; of other programs' a date, which would make no two exports alike. MATLAB wants
    /// the first words.
    private static let header = "MATLAB 5.0 MAT-file, written by attune"

    /// - Throws: `tool` where matio refuses anything.
    init(path: String) throws {
        self.path = path
        guard let mat = unsafe Mat_CreateVer(path, Self.header, MAT_FT_MAT5) else {
            throw Self.failure(path, "be made")
        }
        unsafe self.mat = mat
    }

    deinit { if isOpen { _ = unsafe Mat_Close(mat) } }

    private static func failure(_ path: String, _ what: String) -> any Error {
        if errno == ENOSPC || errno == EDQUOT || errno == EFBIG {
            return SystemError(code: errno, call: "write", subject: path)
        }
        return ExportError(code: .tool, message: "\(path) cannot \(what) by matio")
    }

    /// Writes a variable.
    /// - Parameter name: one that `MatNames` gave.
    func write(_ name: String, _ value: MatValue) throws {
        let variable = try unsafe make(name, value)
        defer { unsafe Mat_VarFree(variable) }
        errno = 0
        guard unsafe Mat_VarWrite(mat, variable, MAT_COMPRESSION_ZLIB) == 0 else {
            throw Self.failure(path, "hold \(name)")
        }
        variables += 1
    }

    /// Ends the file and goes through it.
    func close() throws {
        isOpen = false
        errno = 0
        guard unsafe Mat_Close(mat) == 0 else { throw Self.failure(path, "be ended") }
        let file = try FileDescriptor(opening: path, flags: O_RDWR)
        try systemCall("fchmod", path) { fchmod(file.number, 0o640) }
        try verify(file.number)
    }

    /// Whether each variable is as long as it says, and all of them are there.
    private func verify(_ file: Int32) throws {
        let size = try FileSystem.size(path)
        var place: Int64 = 128
        var found = 0
        while place < size {
            var tag = (UInt32(0), UInt32(0))
            let count = unsafe withUnsafeMutableBytes(of: &tag) {
                unsafe pread(file, $0.baseAddress, $0.count, off_t(place))
            }
            guard count == 8, UInt32(littleEndian: tag.0) == 15 else { break }
            place += 8 + Int64(UInt32(littleEndian: tag.1))
            found += 1
        }
        guard place == size, found == variables else {
            throw ExportError(
                code: .tool,
                message: "\(path) has \(found) whole variables of \(variables); is its disk full?")
        }
    }

    /// A variable or a part of one; the caller frees it, or gives it to what it is a part of.
    private func make(
        _ name: String?, _ value: MatValue
    ) throws -> UnsafeMutablePointer<matvar_t> {
        switch value {
        case .reals(let values, let rows):
            let columns = rows == 0 ? 1 : values.count / rows
            precondition(rows * columns == values.count, "a matrix lacks values")
            return try unsafe numbers(
                name, MAT_C_DOUBLE, MAT_T_DOUBLE, values, rows, columns)
        case .integers(let values):
            return try unsafe numbers(name, MAT_C_INT64, MAT_T_INT64, values, values.count, 1)
        case .shortIntegers(let values):
            return try unsafe numbers(name, MAT_C_INT32, MAT_T_INT32, values, values.count, 1)
        case .text(let text):
            let units = text.plainUnits
            return try unsafe numbers(name, MAT_C_CHAR, MAT_T_UTF16, units, 1, units.count)
        case .missingText:
            return try unsafe numbers(name, MAT_C_CHAR, MAT_T_UTF16, [UInt16](), 0, 0)
        case .units(let text):
            let units = Array(text.utf16)
            return try unsafe numbers(name, MAT_C_UINT16, MAT_T_UINT16, units, 1, units.count)
        case .cells(let values):
            let variable = try unsafe numbers(
                name, MAT_C_CELL, MAT_T_CELL, [UInt8](), values.count, 1)
            // What it holds is freed with it.
            do {
                for (place, value) in values.enumerated() {
                    unsafe Mat_VarSetCell(variable, Int32(place), try make(nil, value))
                }
            } catch {
                unsafe Mat_VarFree(variable)
                throw error
            }
            return unsafe variable
        case .structure(let fields):
            return try unsafe structures(name, fields.map(\.name), [fields.map(\.value)])
        case .structures(let fields, let values):
            return try unsafe structures(name, fields, values)
        }
    }

    /// matio copies the values.
    private func numbers<Number>(
        _ name: String?, _ type: matio_classes, _ data: matio_types, _ values: [Number],
        _ rows: Int, _ columns: Int
    ) throws -> UnsafeMutablePointer<matvar_t> {
        var dimensions = [rows, columns]
        var values = values
        let made = unsafe values.withUnsafeMutableBytes { bytes in
            unsafe dimensions.withUnsafeMutableBufferPointer { dimensions in
                unsafe Mat_VarCreate(
                    name, type, data, 2, dimensions.baseAddress,
                    bytes.isEmpty ? nil : bytes.baseAddress, 0)
            }
        }
        guard let made = unsafe made else { throw Self.failure(path, "hold \(name ?? "a value")") }
        return unsafe made
    }

    private func structures(
        _ name: String?, _ fields: [String], _ values: [[MatValue]]
    ) throws -> UnsafeMutablePointer<matvar_t> {
        var dimensions = [values.count, 1]
        // The names live until `free`; matio copies them.
        var names: [UnsafePointer<CChar>?] = unsafe fields.map { unsafe UnsafePointer(strdup($0)) }
        unsafe names.append(nil)
        defer {
            for place in fields.indices {
                unsafe free(UnsafeMutableRawPointer(mutating: names[place]))
            }
        }
        let made = unsafe names.withUnsafeBufferPointer { names in
            unsafe dimensions.withUnsafeMutableBufferPointer { dimensions in
                unsafe Mat_VarCreateStruct2(
                    name, 2, dimensions.baseAddress, names.baseAddress)
            }
        }
        guard let variable = unsafe made else {
            throw Self.failure(path, "hold \(name ?? "a struct")")
        }
        do {
            for (row, entries) in values.enumerated() {
                precondition(entries.count == fields.count, "a struct lacks fields")
                for (field, value) in entries.enumerated() {
                    unsafe Mat_VarSetStructFieldByIndex(
                        variable, field, row, try make(nil, value))
                }
            }
        } catch {
            unsafe Mat_VarFree(variable)
            throw error
        }
        return unsafe variable
    }
}
