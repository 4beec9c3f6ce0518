import Glibc
import SessionStore
import SystemCalls
import Timebase

/// Writes a session's sound as WAV files, with a table beside them that tells the time of each place.
///
/// The samples are those that were stored, bit for bit: nothing is resampled. Where samples are missing there
/// is silence, so that a place in the file is a moment of the session, as well as the sound card's rate
/// agrees with its nominal one: `sound.csv` has each stretch with its true rate, and by how much the file's
/// own time is off at most. Memory does not grow with the recording. Used by one thread.
public struct SoundExport {
    private let reader: SessionReader
    private let isCancelled: () -> Bool
    private let progress: (ExportProgress) -> Void

    /// - Parameters: as of `CSVExport`.
    public init(
        reader: SessionReader, isCancelled: @escaping () -> Bool = { false },
        progress: @escaping (ExportProgress) -> Void = { _ in }
    ) {
        self.reader = reader
        self.isCancelled = isCancelled
        self.progress = progress
    }

    /// Writes the files into a directory that is there and holds none of them.
    /// - Parameters:
    ///   - directory: where to write; what is written stays if this throws.
    ///   - name: what errors call the directory.
    public func write(
        into directory: String, named name: String
    ) throws(ExportError) -> ExportSummary {
        do {
            return try writeAll(directory, name)
        } catch let error as ExportError {
            throw error
        } catch let error as SessionStoreError {
            throw .reading(error)
        } catch let error as SystemError {
            throw .system(error, directory: name)
        } catch {
            throw ExportError(
                code: .inputOutput, message: "writing \(name) failed", cause: "\(error)")
        }
    }

    private func writeAll(_ directory: String, _ name: String) throws -> ExportSummary {
        let tracks = try reader.streams().compactMap { try SoundTrack(reader, stream: $0) }
        guard !tracks.isEmpty else {
            throw ExportError(
                code: .session(.invalidInput), message: "\(reader.path) has no sound")
        }
        var summary = ExportSummary()
        let files = ColumnNames.files(tracks.map(\.name)).map { "\($0).wav" }
        let expected = tracks.reduce(0) { $0 + $1.length }
        var done: Int64 = 0
        for (track, file) in zip(tracks, files) {
            guard track.length <= WaveHeader.mostSamples else {
                throw ExportError(
                    code: .inputOutput,
                    message: "\(track.name) is longer than a WAV file can be (4 GiB)")
            }
            let bytes = try write(track, to: "\(directory)/\(file)") { samples in
                progress(
                    ExportProgress(table: file, rows: done + samples, expected: expected))
                if isCancelled() {
                    throw ExportError(
                        code: .cancelled,
                        message: "the export was ended; nothing of it was kept")
                }
            }
            done += track.length
            summary.tables.append(
                ExportSummary.Table(
                    name: track.name, file: file, rows: track.length, bytes: bytes))
        }
        summary.tables.append(try writeTable(tracks, files, directory))
        return summary
    }

    /// Samples that are read and written at once: as long as a chunk of a finished file.
    private static let atOnce: Int64 = 1 << 18

    private func write(
        _ track: SoundTrack, to path: String, _ proceed: (Int64) throws -> Void
    ) throws -> Int64 {
        let header = WaveHeader(rate: track.rate, samples: track.length)
        let file = try FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o640)
        try FileSystem.writeAll(header.bytes, to: file.number, subject: path)
        for first in stride(from: 0, to: track.length, by: Int(Self.atOnce)) {
            let samples = try track.samples(first..<first + Self.atOnce, of: reader)
            var bytes: [UInt8] = []
            bytes.reserveCapacity(2 * samples.count)
            for sample in samples {
                let bits = UInt16(bitPattern: sample)
                bytes.append(UInt8(truncatingIfNeeded: bits))
                bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
            }
            try FileSystem.writeAll(bytes, to: file.number, subject: path)
            try proceed(first + Int64(samples.count))
        }
        let number = file.number
        try systemCall("fdatasync", path) { fdatasync(number) }
        return header.fileBytes
    }

    private static let columns =
        [
            CSVColumn.stream, CSVColumn("file", .text, "", "The WAV file"),
            CSVColumn("rate_hz", .integer, "Hz", "The file's rate"),
            CSVColumn("file_sample", .integer, "", "Place of the stretch in the file, in samples"),
            CSVColumn("file_ms", .real, "ms", "The same by the file's rate"),
            CSVColumn("samples", .integer, "", "Samples in the stretch, one after another"),
            CSVColumn(
                "silence_before", .integer, "",
                "Samples of silence right before it, where some are missing"),
        ] + CSVColumn.moment("First sample of the stretch") + [
            CSVColumn("true_rate_hz", .real, "Hz", "Samples in a second of the session"),
            CSVColumn.bound("the stretch's times"),
            CSVColumn(
                "drift_ms", .real, "ms",
                "By how much the file's own time is off the session's at most, in the whole file"),
        ]

    private func writeTable(
        _ tracks: [SoundTrack], _ files: [String], _ directory: String
    ) throws -> ExportSummary.Table {
        let session = try reader.session()
        let clock = UTCClock(session.description, try reader.timeTriples())
        let path = "\(directory)/sound.csv"
        let table = try CSVFile(path: path, columns: Self.columns)
        for (track, file) in zip(tracks, files) {
            for piece in track.pieces {
                let nanoseconds = piece.time - session.description.started
                table.text(track.name)
                table.text(file)
                table.integer(Int64(track.rate))
                table.integer(piece.position)
                table.real(Double(piece.position) * 1000 / Double(track.rate))
                table.integer(piece.count)
                table.integer(piece.silence)
                table.integer(nanoseconds)
                table.integer(nanoseconds.flooredQuotient(1_000_000))
                table.utc(clock.realtime(piece.time))
                table.real(1e9 / piece.period)
                table.milliseconds(piece.bound)
                table.milliseconds(track.largestDrift)
                try table.endRow()
            }
        }
        try table.close()
        return ExportSummary.Table(
            name: "sound", file: "sound.csv", rows: table.rows, bytes: table.bytes)
    }
}
