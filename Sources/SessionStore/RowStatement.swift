import GRDB
import GRDBSQLite
import Timebase

/// A prepared statement that is bound and stepped directly, for the paths where rows are many.
///
/// Only used inside one access to its database. Every return code is checked.
@safe struct RowStatement {
    // Keeps the prepared statement alive; `raw` belongs to it.
    private let statement: Statement
    private let raw: OpaquePointer
    private let database: Database
    private let path: String

    /// Prepares a statement, or takes it from the connection's cache.
    init(_ database: Database, _ sql: String, path: String) throws(SessionStoreError) {
        do {
            statement = try database.cachedStatement(sql: sql)
        } catch {
            throw .wrapping(error, path: path)
        }
        unsafe raw = statement.sqliteStatement
        self.database = database
        self.path = path
        unsafe sqlite3_reset(raw)
        unsafe sqlite3_clear_bindings(raw)
    }

    /// The address of a value is copied by SQLite before the call returns.
    private static var copied: sqlite3_destructor_type {
        unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    private func check(_ code: Int32) throws(SessionStoreError) {
        if code != SQLITE_OK { throw failure(code) }
    }

    private func failure(_ code: Int32) -> SessionStoreError {
        .sqlite(code, database.lastErrorMessage ?? "", path: path)
    }

    func bind(_ index: Int32, _ value: Int64?) throws(SessionStoreError) {
        if let value {
            try check(unsafe sqlite3_bind_int64(raw, index, value))
        } else {
            try check(unsafe sqlite3_bind_null(raw, index))
        }
    }

    func bind(_ index: Int32, _ value: Instant?) throws(SessionStoreError) {
        try bind(index, value?.nanoseconds)
    }

    func bind(_ index: Int32, _ value: Double?) throws(SessionStoreError) {
        if let value {
            try check(unsafe sqlite3_bind_double(raw, index, value))
        } else {
            try check(unsafe sqlite3_bind_null(raw, index))
        }
    }

    func bind(_ index: Int32, _ value: String?) throws(SessionStoreError) {
        guard var value else { return try check(unsafe sqlite3_bind_null(raw, index)) }
        let code = value.withUTF8 { text in
            unsafe text.withMemoryRebound(to: CChar.self) { text in
                // An empty string may have no address, which SQLite would take for NULL.
                unsafe sqlite3_bind_text(
                    raw, index, text.baseAddress, Int32(clamping: text.count), Self.copied)
            }
        }
        try check(code)
        if value.isEmpty {
            try check(unsafe sqlite3_bind_text(raw, index, "", 0, Self.copied))
        }
    }

    func bind(_ index: Int32, _ value: UnsafeRawBufferPointer) throws(SessionStoreError) {
        if unsafe value.isEmpty {
            try check(unsafe sqlite3_bind_zeroblob(raw, index, 0))
        } else {
            try check(
                unsafe sqlite3_bind_blob64(
                    raw, index, value.baseAddress, UInt64(value.count), Self.copied))
        }
    }

    func bind(_ index: Int32, _ value: [UInt8]) throws(SessionStoreError) {
        if value.isEmpty {
            try check(unsafe sqlite3_bind_zeroblob(raw, index, 0))
        } else {
            let code = unsafe value.withUnsafeBytes {
                unsafe sqlite3_bind_blob64(
                    raw, index, $0.baseAddress, UInt64($0.count), Self.copied)
            }
            try check(code)
        }
    }

    /// Binds what another statement's row holds in a column, whatever its type.
    func bind(_ index: Int32, from other: RowStatement, column: Int32) throws(SessionStoreError) {
        try check(unsafe sqlite3_bind_value(raw, index, sqlite3_column_value(other.raw, column)))
    }

    /// Runs a statement that gives no rows.
    /// - Returns: how many rows it changed.
    @discardableResult
    func run() throws(SessionStoreError) -> Int {
        let code = unsafe sqlite3_step(raw)
        guard code == SQLITE_DONE else {
            let error = failure(code)
            unsafe sqlite3_reset(raw)
            throw error
        }
        try check(unsafe sqlite3_reset(raw))
        return database.changesCount
    }

    /// Moves on to the next row; false at the end, after which the statement may be bound anew.
    func step() throws(SessionStoreError) -> Bool {
        let code = unsafe sqlite3_step(raw)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else {
            let error = failure(code)
            unsafe sqlite3_reset(raw)
            throw error
        }
        unsafe sqlite3_reset(raw)
        return false
    }

    /// Ends reading before the last row.
    func reset() { unsafe sqlite3_reset(raw) }

    var columnCount: Int32 { unsafe sqlite3_column_count(raw) }

    func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(raw, column) == SQLITE_NULL
    }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(raw, column) }

    func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    func instant(_ column: Int32) -> Instant { Instant(nanoseconds: integer(column)) }

    func optionalInstant(_ column: Int32) -> Instant? {
        isNull(column) ? nil : instant(column)
    }

    func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(raw, column) }

    func optionalReal(_ column: Int32) -> Double? { isNull(column) ? nil : real(column) }

    func text(_ column: Int32) -> String {
        let start = unsafe sqlite3_column_text(raw, column)
        let count = unsafe Int(sqlite3_column_bytes(raw, column))
        guard let start = unsafe start else { return "" }
        return unsafe String(
            decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// The bytes of a column; valid until the next step.
    func blob(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = unsafe sqlite3_column_blob(raw, column)
        let count = unsafe Int(sqlite3_column_bytes(raw, column))
        return unsafe UnsafeRawBufferPointer(start: start, count: count)
    }

    func bytes(_ column: Int32) -> [UInt8] { unsafe Array(blob(column)) }
}
