import Link
import SessionStore
import Timebase

/// Writes the samples of one stream: as recordings on a grid, or as events where they come irregularly.
struct BIDSRecording {
    let table: SampleSource
    let session: SessionExport
    let place: BIDSNames.Place
    let label: String
    let output: FormatOutput

    /// A gap beyond this begins a recording of its own, in nanoseconds: below it, it is rows of `n/a`.
    private static let longestGap: Int64 = 3_600_000_000_000

    private var stream: StreamDescription { table.samples.stream }

    /// The places of the channels' columns in the table, and what they are: the physical value, or the stored
    /// one where the formula is not known.
    private var channels: [(place: Int, column: TableColumn)] {
        zip(stream.channels, table.samples.channels).compactMap { channel, names in
            let isUnknown = channel.conversion != nil && channel.formula == nil
            let name = isUnknown ? names.raw ?? names.physical : names.physical
            guard let place = table.place(of: name) else { return nil }
            return (place, table.columns[place])
        }
    }

    func write() throws {
        guard table.rows > 0 else { return }
        let segments = try session.reader.clockSegments(stream.id)
        if let rate = SampleGrid.rate(of: stream, segments) {
            try writeGrid(rate)
        } else {
            try writeEvents()
        }
    }

    // MARK: - Recordings

    private static let timestamp = TableColumn(
        "timestamp", .real, "s", "Time of the sample itself, exact; since the session's start")

    /// A recording that is being written.
    private struct Part {
        var file: CSVFile
        var name: String
        var grid: SampleGrid
        var end: Int64
    }

    private func writeGrid(_ rate: Double) throws {
        let channels = channels
        let columns = channels.map(\.column) + [Self.timestamp]
        guard let time = table.place(of: "t_ns") else { return }
        var gaps = try session.reader.gaps(stream.id).map(\.gap)
            .filter { session.takes(from: $0.start, to: $0.end) }
            .sorted { $0.start < $1.start }[...]
        var part: Part?
        var number = 0
        try table.forEachBatch { batch in
            try output.run.proceed(table.name)
            guard case .integers(let times, _) = batch.columns[time] else { return }
            for row in 0..<batch.count {
                if let open = part, times[row] - open.end > Self.longestGap {
                    try finish(open, columns, &gaps, isLast: false)
                    part = nil
                }
                if part == nil {
                    number += 1
                    part = try begin(number, rate, at: times[row], columns)
                }
                guard var open = part else { continue }
                let before = open.grid.last
                let point = open.grid.place(times[row])
                for _ in before + 1..<point {
                    for _ in columns { open.file.missing() }
                    try open.file.endRow()
                }
                for (place, column) in channels {
                    open.file.write(batch.columns[place], row, column.kind)
                }
                open.file.seconds(times[row])
                try open.file.endRow()
                open.end = times[row]
                part = open
            }
            output.run.count(Int64(batch.count))
        }
        if let part { try finish(part, columns, &gaps, isLast: true) }
    }

    private func begin(
        _ number: Int, _ rate: Double, at time: Int64, _ columns: [TableColumn]
    ) throws -> Part {
        let recording = number == 1 ? label : "\(label)part\(number)"
        let name = "\(place.folder)\(place.stem)_recording-\(recording)_"
        let path = try output.folder.place("\(name)physio.tsv.gz")
        let file = try CSVFile(
            GzipSink(path), path: path, columns: columns, style: .recording, hasHeader: false)
        return Part(
            file: file, name: name, grid: SampleGrid(rate: rate, start: time), end: time)
    }

    private func finish(
        _ part: Part, _ columns: [TableColumn], _ gaps: inout ArraySlice<Gap>, isLast: Bool
    ) throws {
        try part.file.close()
        if part.file.infinities > 0 {
            output.notes.add(
                "bids: \(part.name)physio.tsv.gz: infinite numbers, which recordings do not have, are n/a "
                    + "(\(part.file.infinities)); csv has them")
        }
        output.folder.add(
            "\(part.name)physio.tsv.gz", table.name, rows: part.file.rows, isSamples: true)
        var members = BIDSJSON.task(place.task)
        members.merge(BIDSJSON.columns(columns)) { $1 }
        members["SamplingFrequency"] = .real(part.grid.rate)
        members["StartTime"] = .real(Double(part.grid.start) / 1e9)
        members["Columns"] = .array(columns.map { .string($0.name) })
        members["PhysioType"] = "generic"
        members["Description"] = .string(
            "Samples of the stream \(stream.name). Rows are points at equal distances from StartTime on; each "
                + "sample stands at the nearest one behind the sample before, and points without a sample are "
                + "n/a. timestamp is the sample's own time.")
        members["LargestGridError"] = .real((part.grid.largestError / 1000).rounded(.up) / 1e6)
        if let nominal = stream.nominalRate { members["NominalSamplingFrequency"] = .real(nominal) }
        try output.folder.write(
            BIDSJSON.text(members), to: "\(part.name)physio.json", "description")
        let own = gaps.prefix { isLast || session.sinceStart($0.start) <= part.end }
        gaps = gaps.dropFirst(own.count)
        if !own.isEmpty { try write(Array(own), part) }
    }

    private static let gapColumns = [
        TableColumn("onset", .real, "s", "The last stored sample before the gap"),
        TableColumn("duration", .real, "s", "From there to the first stored sample after it"),
        TableColumn("trial_type", .category, "", "What it is", labels: [.init(1, "gap")]),
        TableColumn("cause", .text, "", "Why something is missing"),
        TableColumn("lost", .integer, "", "How many samples are missing"),
        TableColumn("lost_bound", .integer, "", "Largest error of that number; 0 where exact"),
    ]

    private func write(_ gaps: [Gap], _ part: Part) throws {
        let path = try output.folder.place("\(part.name)physioevents.tsv.gz")
        let file = try CSVFile(
            GzipSink(path), path: path, columns: Self.gapColumns, style: .bids, hasHeader: false)
        for gap in gaps {
            file.seconds(session.sinceStart(gap.start))
            file.seconds(max(0, gap.end - gap.start))
            file.text("gap")
            file.text(gap.cause.rawValue)
            file.integer(gap.lost)
            file.integer(gap.lostBound)
            try file.endRow()
        }
        try file.close()
        output.folder.add("\(part.name)physioevents.tsv.gz", "gaps", rows: file.rows)
        var members = BIDSJSON.task(place.task)
        members.merge(BIDSJSON.columns(Self.gapColumns)) { $1 }
        members["Columns"] = .array(Self.gapColumns.map { .string($0.name) })
        members["OnsetSource"] = "timestamp"
        members["Description"] = .string("Gaps of the stream \(stream.name)")
        try output.folder.write(
            BIDSJSON.text(members), to: "\(part.name)physioevents.json", "description")
    }

    // MARK: - Events

    private func writeEvents() throws {
        let channels = channels
        let columns =
            [
                TableColumn("onset", .real, "s", "Time of the sample; since the session's start"),
                TableColumn("duration", .integer, "s", "0: a sample is of one moment"),
            ] + channels.map(\.column)
        guard let time = table.place(of: "t_ns") else { return }
        let name = "\(place.folder)\(place.stem)_acq-\(label)_events"
        let file = try CSVFile(
            path: output.folder.place("\(name).tsv"), columns: columns, style: .bids)
        try table.forEachBatch { batch in
            try output.run.proceed(table.name)
            guard case .integers(let times, _) = batch.columns[time] else { return }
            for row in 0..<batch.count {
                file.seconds(times[row])
                file.integer(0)
                for (place, column) in channels {
                    file.write(batch.columns[place], row, column.kind)
                }
                try file.endRow()
            }
            output.run.count(Int64(batch.count))
        }
        try file.close()
        output.folder.add("\(name).tsv", table.name, rows: file.rows, isSamples: true)
        // What the timeline's description says already, holds for this file as well.
        var members = BIDSJSON.task(place.task)
        members.merge(BIDSJSON.columns(channels.map(\.column))) { $1 }
        members["Description"] = .string(
            "Samples of the stream \(stream.name), which come at no fixed rate")
        try output.folder.write(BIDSJSON.text(members), to: "\(name).json", "description")
    }
}
