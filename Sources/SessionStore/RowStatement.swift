import GRDB
import GRDBSQLite
import Timebase

/// A prepared statement that is bound and stepped directly, for the paths where rows are many.
///
/// Only used inside one access to its database. Every return code is checked. The file may be a
/// stranger's: `RowAllowance` says how much is read, and which numbers can be times and ordinals.
@safe struct RowStatement {
    // Keeps the prepared statement alive; `raw` belongs to it.
    private let statement: Statement
    private let raw: OpaquePointer
    private let database: Database
    private let path: String
    private let allowance: RowAllowance

    /// Prepares a statement, or takes it from the connection's cache.
    /// - Parameter isStreamed: whether rows are passed on one by one, so that any number of them may be
    ///   read; else they are gathered in memory, and there is an end to it.
    init(
        _ database: Database, _ sql: String, path: String, isStreamed: Bool = false
    ) throws(SessionStoreError) {
        allowance = RowAllowance(isStreamed: isStreamed)
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
        unsafe forgetWork(raw)
    }

    /// Work is limited for each run of a statement (`SessionConnection.mostWork`), and SQLite counts it
    /// over all of them.
    private func forgetWork(_ statement: OpaquePointer) {
        _ = unsafe sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1)
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
        if let reason = allowance.refusal {
            unsafe sqlite3_reset(raw)
            throw .damaged(path, reason)
        }
        let code = unsafe sqlite3_step(raw)
        if code == SQLITE_ROW {
            allowance.countRow()
            return true
        }
        guard code == SQLITE_DONE else {
            let error = failure(code)
            unsafe sqlite3_reset(raw)
            throw error
        }
        unsafe sqlite3_reset(raw)
        return false
    }

    /// Ends reading before the last row.
    func reset() {
        unsafe sqlite3_reset(raw)
        unsafe forgetWork(raw)
    }

    /// Makes sure that what was read of the last row is possible. `step` does so for the rows before.
    func checkRow() throws(SessionStoreError) {
        if let reason = allowance.refusal { throw .damaged(path, reason) }
    }

    var columnCount: Int32 { unsafe sqlite3_column_count(raw) }

    func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(raw, column) == SQLITE_NULL
    }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(raw, column) }

    func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    /// A number within a range. Another one counts as damage, which the next step tells; until then
    /// the nearest end of the range stands in for it.
    private func number(_ column: Int32, within range: ClosedRange<Int64>) -> Int64 {
        let value = integer(column)
        if !range.contains(value) { allowance.noteImpossible(value) }
        return min(max(value, range.lowerBound), range.upperBound)
    }

    /// A time on the session's clock.
    func instant(_ column: Int32) -> Instant {
        Instant(nanoseconds: number(column, within: SampleBounds.times))
    }

    /// A bound, a delay or another stretch of time, in nanoseconds.
    func nanoseconds(_ column: Int32) -> Int64 { number(column, within: SampleBounds.times) }

    /// A reading of the wall clock, in nanoseconds since 1970.
    func realtime(_ column: Int32) -> Int64 { number(column, within: SampleBounds.realtimes) }

    /// An ordinal, a number of things or a place among them.
    func ordinal(_ column: Int32) -> Int64 {
        number(column, within: -SampleBounds.index...SampleBounds.index)
    }

    func optionalOrdinal(_ column: Int32) -> Int64? { isNull(column) ? nil : ordinal(column) }

    func optionalInstant(_ column: Int32) -> Instant? {
        isNull(column) ? nil : instant(column)
    }

    func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(raw, column) }

    func optionalReal(_ column: Int32) -> Double? { isNull(column) ? nil : real(column) }

    func text(_ column: Int32) -> String {
        let start = unsafe sqlite3_column_text(raw, column)
        let count = unsafe Int(sqlite3_column_bytes(raw, column))
        guard let start = unsafe start else { return "" }
        allowance.count(bytes: count)
        return unsafe String(
            decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// A name or a code. One that is too long counts as damage, which the next step tells.
    func name(_ column: Int32) -> String {
        let name = text(column)
        guard name.utf8.count > RowAllowance.nameBytes else { return name }
        allowance.noteLongName()
        return ""
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
