import Glibc
import Reports
import SessionStore
import SystemCalls
import Timebase

/// Writes a session's sound as WAV files, with a table beside them that tells the time of each place.
///
/// The samples are those that were stored, bit for bit: nothing is resampled. Where samples are missing there
/// is silence, so that a place in the file is a moment of the session, as well as the sound card's rate
/// agrees with its nominal one: `sound.csv` has each stretch with its true rate, and by how much the file's
/// own time is off at most. Memory does not grow with the recording. Where phases were selected, the rest is
/// silent.
struct SoundWriter: FormatWriter {
    func write(_ session: SessionExport, samples: [SampleSource], to output: FormatOutput) throws {
        let tracks = try session.streams.compactMap { try SoundTrack(session.reader, stream: $0) }
        guard !tracks.isEmpty else { return }
        let folder = output.subfolder(of: session)
        let files = ColumnNames.files(tracks.map(\.name)).map { "\($0).wav" }
        for (track, file) in zip(tracks, files) {
            guard track.length <= WaveHeader.mostSamples else {
                throw ExportError(
                    code: .nothing,
                    message:
                        "\(track.name) of \(session.entry.path) is longer than a WAV file can be "
                        + "(4 GiB)")
            }
            try output.run.proceed(file)
            output.run.expect(track.length)
            try write(track, of: session, to: output.folder.place(folder + file), output.run)
            output.folder.add(folder + file, track.name, rows: track.length, isSamples: true)
        }
        let table = "\(folder)sound.csv"
        let rows = try writeTable(tracks, files, session, to: output.folder.place(table))
        output.folder.add(table, "sound", rows: rows)
    }

    func jobs(
        tables: [any TableSource], of facts: DatasetFacts, to output: FormatOutput
    ) throws -> [@Sendable () throws -> Void] {
        guard output.folder.files.isEmpty else { return [] }
        let first = facts.sessions.first?.entry.path ?? ""
        // With other formats beside it, their files are worth having.
        guard output.options.formats.count == 1 else {
            output.notes.add("wav: no session has sound, and so there is no file")
            return []
        }
        throw ExportError(
            code: .nothing,
            message: (facts.sessions.count == 1
                ? "\(first) has no sound"
                : "none of the \(facts.sessions.count) sessions has sound")
                + ", which is all that the format wav holds; commentaries have it, where the "
                + "participant agrees to it; nothing was written")
    }

    /// Samples that are read and written at once: as long as a chunk of a finished file.
    private static let atOnce: Int64 = 1 << 18

    private func write(
        _ track: SoundTrack, of session: SessionExport, to path: String, _ run: ExportRun
    ) throws {
        let places = try places(of: track, in: session)
        let header = WaveHeader(rate: track.rate, samples: track.length)
        let file = try FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o640)
        try FileSystem.writeAll(header.bytes, to: file.number, subject: path)
        for first in stride(from: 0, to: track.length, by: Int(Self.atOnce)) {
            var samples = try track.samples(first..<first + Self.atOnce, of: session.reader)
            if let places {
                for place in samples.indices
                where !places.contains(where: { $0.contains(first + Int64(place)) }) {
                    samples[place] = 0
                }
            }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(2 * samples.count)
            for sample in samples {
                let bits = UInt16(bitPattern: sample)
                bytes.append(UInt8(truncatingIfNeeded: bits))
                bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
            }
            try FileSystem.writeAll(bytes, to: file.number, subject: path)
            run.count(Int64(samples.count))
            try run.proceed(nil)
        }
    }

    /// The places of the selected phases' samples in a track, which is silent elsewhere; nil where
    /// everything is exported.
    private func places(
        of track: SoundTrack, in session: SessionExport
    ) throws(ExportError) -> [Range<Int64>]? {
        guard session.stretches != nil else { return nil }
        var places: [Range<Int64>] = []
        for piece in track.pieces {
            for range in try session.ranges(of: piece.stream) {
                let part = range.clamped(to: piece.firstIndex..<piece.firstIndex + piece.count)
                if part.isEmpty { continue }
                let offset = piece.position - piece.firstIndex
                places.append(part.lowerBound + offset..<part.upperBound + offset)
            }
        }
        return places
    }

    private static let columns =
        [
            TableColumn.stream, TableColumn("file", .text, "", "The WAV file"),
            TableColumn("rate_hz", .integer, "Hz", "The file's rate"),
            TableColumn(
                "file_sample", .integer, "", "Place of the stretch in the file, in samples"),
            TableColumn("file_ms", .real, "ms", "The same by the file's rate"),
            TableColumn("samples", .integer, "", "Samples in the stretch, one after another"),
            TableColumn(
                "silence_before", .integer, "",
                "Samples of silence right before it, where some are missing"),
        ] + TableColumn.moment("First sample of the stretch") + [
            TableColumn("true_rate_hz", .real, "Hz", "Samples in a second of the session"),
            TableColumn.bound("the stretch's times"),
            TableColumn(
                "drift_ms", .milliseconds, "ms",
                "By how much the file's own time is off the session's at most, in the whole file"),
        ]

    /// - Returns: the rows.
    private func writeTable(
        _ tracks: [SoundTrack], _ files: [String], _ session: SessionExport, to path: String
    ) throws -> Int64 {
        let table = try CSVFile(path: path, columns: Self.columns)
        for (track, file) in zip(tracks, files) {
            for piece in track.pieces {
                let nanoseconds = session.sinceStart(piece.time)
                table.text(track.name)
                table.text(file)
                table.integer(Int64(track.rate))
                table.integer(piece.position)
                table.real(Double(piece.position) * 1000 / Double(track.rate))
                table.integer(piece.count)
                table.integer(piece.silence)
                table.integer(nanoseconds)
                table.integer(nanoseconds.flooredQuotient(1_000_000))
                table.utc(session.clock.realtime(piece.time))
                table.real(1e9 / piece.period)
                table.milliseconds(piece.bound)
                table.milliseconds(track.largestDrift)
                try table.endRow()
            }
        }
        try table.close()
        return table.rows
    }
}
