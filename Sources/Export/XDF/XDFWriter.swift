import Measures
import Playback
import Reports
import SessionStore
import Timebase

/// The format `xdf`: one file a session with all its signals and markers on one clock, as described in
/// Protocols/formats/signals.md.
struct XDFWriter: FormatWriter {
    func write(_ session: SessionExport, samples: [SampleSource], to output: FormatOutput) throws {
        let name = "\(output.subfolder(of: session))\(session.key.session).xdf"
        try output.run.proceed(name)
        let description = session.session.description
        let file = try XDFFile(path: output.folder.place(name), header: Self.header(session))
        let start = description.started.nanoseconds
        // Two moments say of the whole session that its clocks agree; a reader fits a line through them.
        let clock = [start, max(start + 1_000_000_000, try Self.end(of: session))]
            .map { XDFStream.seconds($0) }
        var number: UInt32 = 0
        var rows: Int64 = 0
        func stream(
            _ header: XDFStream.Header, _ describe: (inout XMLText) -> Void
        ) throws -> XDFStream {
            number += 1
            return try XDFStream(
                header, number: number, in: file, identity: session.key.session,
                created: XDFStream.seconds(start), clock: clock, describe)
        }
        for source in samples {
            let table = source.samples
            let isWhole = table.forms.allSatisfy(\.isPlainInteger)
            let segments = try session.reader.clockSegments(table.stream.id)
            let header = XDFStream.Header(
                name: table.stream.name, type: Self.type(of: table.stream),
                channels: table.forms.count, format: isWhole ? .int64 : .double64,
                rate: table.stream.nominalRate ?? 0,
                source: session.names.source(table.stream.source))
            let xdf = try stream(header) { Self.describe(table, segments, session, &$0) }
            try session.forEachSlice(of: table.stream) { slice in
                try output.run.proceed(name)
                let columns = zip(table.forms, slice.window.columns).map { form, column in
                    if isWhole, case .integers(let raw) = column {
                        return XDFStream.Column.integers(raw)
                    }
                    return .reals(form.values(column))
                }
                try xdf.add(times: slice.times.map { start + $0 }, columns)
                output.run.count(Int64(slice.count))
            }
            try xdf.close()
            rows += xdf.samples
        }
        var taken = Set(samples.map(\.samples.stream.name))
        for markers in session.xdfMarkers() {
            try output.run.proceed(name)
            var unique = markers.name
            while !taken.insert(unique).inserted { unique += " (markers)" }
            let xdf = try stream(.init(name: unique, type: "Markers")) { xml in
                xml.element("meaning", markers.meaning)
                xml.element("channels") { xml in
                    xml.element("channel") { xml in
                        xml.element("label", markers.name)
                        xml.element("type", "Markers")
                    }
                }
                Self.synchronization(nil, &xml)
            }
            try markers.forEach { time, text in try xdf.add(time, text) }
            try xdf.close()
            rows += xdf.samples
        }
        try file.close()
        output.folder.add(name, "session", rows: rows, isSamples: true)
    }

    func jobs(
        tables: [any TableSource], of facts: DatasetFacts, to output: FormatOutput
    ) throws -> [@Sendable () throws -> Void] {
        // Tables are no part of the format.
        output.run.count(tables.reduce(0) { $0 + $1.rows })
        return []
    }

    private static func header(_ session: SessionExport) -> [UInt8] {
        let description = session.session.description
        let started = session.clock.realtime(description.started)
        return XMLText.document("info") { xml in
            xml.element("version", "1.0")
            xml.element("datetime", CalendarTime(nanosecondsSince1970: started).text)
            xml.element("session", session.key.session)
            xml.element("participant", session.key.participant)
            xml.element("study", description.study)
            xml.element("software", "attune \(SoftwareVersion.current)")
            xml.element("alignment", "\(session.reader.alignment?.id ?? 0)")
            // For times since the session's start, as all tables have them.
            xml.element("start") { xml in
                xml.element("monotonic", XDFStream.seconds(description.started.nanoseconds))
                xml.element("utc", CalendarTime(nanosecondsSince1970: started).text)
            }
        }
    }

    /// The last moment that is known of a session, on the monotonic clock.
    private static func end(of session: SessionExport) throws -> Int64 {
        var end = session.session.stopped ?? session.session.description.started
        for stream in session.streams {
            end = max(end, try session.reader.timeRange(of: stream.id)?.last ?? end)
        }
        return end.nanoseconds
    }

    private static func describe(
        _ table: SampleTable, _ segments: [ClockSegment], _ session: SessionExport,
        _ xml: inout XMLText
    ) {
        let stream = table.stream
        xml.element("channels") { xml in
            for (channel, form) in zip(stream.channels, table.forms) {
                xml.element("channel") { xml in
                    xml.element("label", channel.name)
                    xml.element("unit", form.hasValues ? channel.unit : "")
                    xml.element("type", channel.xdfType)
                    xml.element("description", channel.label)
                    // Stored value to the value here: value * scale + offset, then the formula.
                    xml.element("scale", channel.scale)
                    xml.element("offset", channel.offset)
                    xml.element("conversion", channel.conversion)
                    xml.element("is_converted", form.hasValues ? "true" : "false")
                    xml.element("storage", channel.storage.rawValue)
                    xml.element("minimum", channel.minimum)
                    xml.element("maximum", channel.maximum)
                }
            }
        }
        xml.element("acquisition") { xml in
            xml.element("model", stream.profileName)
            xml.element("device", session.names.device(stream.deviceIdentity))
            xml.element("clock", stream.clock.rawValue)
        }
        synchronization(segments.map(\.bound).max(), &xml)
    }

    /// - Parameter bound: 95% of the errors of the stream's times are below it, in nanoseconds.
    private static func synchronization(_ bound: Int64?, _ xml: inout XMLText) {
        xml.element("synchronization") { xml in
            xml.element("time_source", "monotonic clock of the recording station, aligned")
            // Without this, pyxdf takes times for noise and moves whole stretches after a gap.
            xml.element("can_drop_samples", "true")
            xml.element("time_bound", bound.map { Double($0) / 1e9 })
        }
    }

    private static func type(of stream: StreamDescription) -> String {
        let types = Set(stream.channels.map(\.xdfType))
        return types.count == 1 ? types.first ?? "Misc" : "Physiology"
    }
}

extension ChannelDescription {
    /// The channel's kind in the words of XDF's conventions.
    fileprivate var xdfType: String {
        switch ChannelMeaning(self) {
        case .heartRate: "HeartRate"
        case .intervals: "RR"
        case .skinConductance: "EDA"
        case .electrocardiogram: "ECG"
        case .photoplethysmogram: "PPG"
        case .respiration: "RESP"
        case .other: "Misc"
        }
    }
}
