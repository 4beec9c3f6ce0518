import Foundation
import GRDB
import SessionStoreTestSupport
import SystemCalls
import Testing
import Timebase

@testable import SessionStore

/// Comparisons of a file with what should be in it.
enum Compare {
    /// Everything that a random session holds, against the file.
    static func session(_ path: String, _ model: SessionModel, _ place: Comment) throws {
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        #expect(try reader.streams() == model.descriptions, place)
        #expect(try reader.session().description == model.description, place)
        for stream in model.streams { try samples(reader, stream, place) }
        let keystrokes = model.presses.map { press in
            let release = model.releases[press.ordinal]
            return Keystroke(
                stream: press.stream, ordinal: press.ordinal, pressed: press.pressed,
                released: release?.released, keyClass: press.keyClass, pairing: release?.pairing,
                bound: press.bound)
        }
        #expect(try reader.keystrokes() == keystrokes, place)
        #expect(try reader.events() == model.events, place)
        #expect(try reader.turns() == model.turns, place)
        #expect(try reader.draftEdits() == model.edits, place)
        #expect(try reader.timeTriples() == model.triples, place)
        #expect(try reader.clockObservations() == model.observations, place)
        #expect(
            try reader.faults()
                == model.faults.map { FaultCount(stream: 1, cause: $0.key, count: $0.value) },
            place)
        #expect(
            try reader.audit().map(\.detail) == (0..<model.batches).map { "\($0)" }, place)
    }

    /// A stream's samples, times, packets, segments and gaps.
    static func samples(
        _ reader: SessionReader, _ stream: StreamModel, _ place: Comment
    ) throws {
        let id = stream.description.id
        #expect(try reader.sampleCount(of: id) == Int64(stream.count), place)
        #expect(try reader.clockSegments(id) == stream.segments, place)
        // Finishing gives a gap of a stamped stream the times of its neighbours.
        if stream.style != .stamped {
            #expect(try reader.gaps(id).map(\.gap) == stream.gaps, place)
        }
        var bits = stream.columns.map { _ in [UInt64]() }
        var times: [Instant] = []
        var packets: [SamplePacket] = []
        try reader.forEachChunk(of: id) { window in
            #expect(window.firstIndex == Int64(times.count), place)
            for channel in window.columns.indices {
                bits[channel] += window.columns[channel].bits
            }
            times += window.times
            packets += window.packets
            return true
        }
        #expect(bits == stream.columns.map(\.bits), place)
        #expect(times == stream.times, place)
        #expect(packets == stream.packets, place)
        let whole = try reader.window(
            id, from: Instant(nanoseconds: 0), to: Instant(nanoseconds: .max))
        #expect(whole.times == stream.times, place)
        #expect(whole.columns.map(\.bits) == stream.columns.map(\.bits), place)
    }

    /// All rows of all tables as text, one line a row.
    static func dump(_ path: String) throws -> [String] {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let lines = try queue.read { database in
            let tables = try String.fetchAll(
                database,
                sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            // The chain's random numbers are other ones in each file; AuditChainTests looks at them.
            return try tables.filter { !$0.hasPrefix("audit_") }.flatMap { table in
                try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { row in
                    let cells = zip(row.columnNames, row.databaseValues).map { name, value in
                        // Blobs byte by byte; their description is only their length.
                        if case .blob(let bytes) = value.storage {
                            return "\(name):\(bytes.base64EncodedString())"
                        }
                        return "\(name):\(value)"
                    }
                    return "\(table) " + cells.joined(separator: " ")
                }
                .sorted()
            }
        }
        try queue.close()
        return lines
    }

    /// The answer of SQLite's full check; `ok` where all is well.
    static func integrity(_ path: String) throws -> String? {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        return try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    }

    /// Runs SQL on a file as nobody should: for damage.
    static func spoil(_ path: String, _ sql: String) throws {
        // A finished file is read-only, which stops everybody but root.
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(
                sql: "PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON")
            try database.execute(sql: sql)
        }
        try queue.close()
    }
}

/// The error that a body throws; nil where it throws none. Any other type of error is an issue.
func failure(_ body: () throws -> Void) -> SessionStoreError? {
    do {
        try body()
        return nil
    } catch {
        #expect(error is SessionStoreError)
        return error as? SessionStoreError
    }
}

/// Runs a program and gives back what it printed.
func output(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self)
}

/// A path inside the repository.
func repository(_ path: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        .standardized.appendingPathComponent(path).path
}
