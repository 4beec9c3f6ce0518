import Reports
import SessionStore
import Timebase

/// The format `matlab`: a MAT-file a session with its samples, and one with the tables of all, as described in
/// Protocols/formats/signals.md.
struct MATLABWriter: FormatWriter {
    /// Bytes of data in a variable at most, about: what is longer goes on in another one. MATLAB's own limit is
    /// 2 GB; this one bounds memory.
    var largest = 4 << 20

    func write(_ session: SessionExport, samples: [SampleSource], to output: FormatOutput) throws {
        guard output.options.selection.takes(table: "samples") else { return }
        let name = "\(output.subfolder(of: session))\(session.key.session).mat"
        try output.run.proceed(name)
        let file = try MatFile(path: output.folder.place(name))
        var names = MatNames()
        try file.write(names.unique("session"), Self.describe(session))
        let list = names.unique("streams")
        var streams: [[MatValue]] = []
        for source in samples {
            var stream = try MatStream(
                source, of: session,
                name: names.unique(
                    ColumnNames.samplePrefix + source.samples.stream.name, room: 12))
            try stream.write(to: file, largest: largest, output.run)
            streams.append(try Self.describe(source, stream.variables, session))
            if stream.variables.count > 1 {
                output.notes.add(
                    "\(name): \(source.samples.stream.name) is in \(stream.variables.count) parts of "
                        + "at most \(largest >> 20) MiB: \(stream.variables[0]), "
                        + "\(stream.variables[1])\(stream.variables.count > 2 ? ", …" : "")")
            }
        }
        try file.write(list, .structures(Self.fields, streams))
        try file.close()
        output.folder.add(
            name, "session", rows: samples.reduce(0) { $0 + $1.rows }, isSamples: true)
    }

    func jobs(
        tables: [any TableSource], of facts: DatasetFacts, to output: FormatOutput
    ) throws -> [@Sendable () throws -> Void] {
        guard !tables.isEmpty else { return [] }
        return [
            {
                let file = "tables.mat"
                try MatTables.write(
                    tables, to: output.folder.place(file), largest: largest, output)
                output.folder.add(file, "tables", rows: tables.reduce(0) { $0 + $1.rows })
            }
        ]
    }

    private static func describe(_ session: SessionExport) -> MatValue {
        let description = session.session.description
        return .structure([
            ("session", .text(session.key.session)),
            ("participant", .text(session.key.participant)),
            ("study", .text(description.study)),
            ("start_monotonic_ns", .integers([description.started.nanoseconds])),
            (
                "start_utc",
                .text(
                    CalendarTime(
                        nanosecondsSince1970: session.clock.realtime(description.started)
                    ).text)
            ),
            ("alignment", .real(Double(session.reader.alignment?.id ?? 0))),
            ("software", .text("attune \(SoftwareVersion.current)")),
        ])
    }

    private static let fields = [
        "name", "name_utf16", "kind", "source", "rate", "samples", "channels", "labels", "units",
        "raw_fields",
        "scale", "offset", "formula", "bound", "gaps", "segments", "variables",
    ]

    private static func describe(
        _ source: SampleSource, _ variables: [String], _ session: SessionExport
    ) throws -> [MatValue] {
        let stream = source.samples.stream
        let segments = try session.reader.clockSegments(stream.id)
        let gaps = try session.gaps().filter { $0.stream == stream.name }.map(\.gap)
        func seconds(_ time: Instant) -> Double { Double(session.sinceStart(time)) / 1e9 }
        return [
            .text(stream.name), .units(stream.name), .text(stream.kind),
            .text(session.names.source(stream.source)),
            .real(stream.nominalRate), .real(Double(source.rows)),
            .texts(stream.channels.map(\.name)), .texts(stream.channels.map(\.label)),
            .texts(stream.channels.map(\.unit)), .texts(source.samples.channels.map(\.raw)),
            .column(stream.channels.map(\.scale)), .column(stream.channels.map(\.offset)),
            .texts(stream.channels.map(\.conversion)),
            .real(segments.map(\.bound).max().map { Double($0) / 1e9 }),
            .structure([
                ("from", .column(gaps.map { seconds($0.start) })),
                ("to", .column(gaps.map { seconds($0.end) })),
                ("cause", .texts(gaps.map(\.cause.rawValue))),
                ("lost", .column(gaps.map { Double($0.lost) })),
                (
                    "lost_bound",
                    .column(gaps.map { $0.lostBound == .max ? .infinity : Double($0.lostBound) })
                ),
            ]),
            .structure([
                ("first_index", .column(segments.map { Double($0.firstIndex) })),
                ("origin", .column(segments.map { seconds($0.origin) })),
                ("period", .column(segments.map { $0.period / 1e9 })),
                ("bound", .column(segments.map { Double($0.bound) / 1e9 })),
                ("method", .texts(segments.map(\.method))),
            ]),
            .texts(variables),
        ]
    }
}
