import Reports
import SessionStore
import Timebase

extension SessionTables {
    func writeSession() throws(ExportError) {
        let columns =
            [
                TableColumn("session_id", .text, "", "Identifier of the session (UUID)"),
                .category(
                    "kind", SessionKind.allCases.map(\.rawValue), "What the session records"),
                TableColumn("study", .text, "", "Code of the study"),
                TableColumn("protocol", .text, "", "Name of the study protocol"),
                TableColumn("prot_version", .text, "", "Version of the study protocol"),
                .flag("pilot", "for a trial run that no analysis should count"),
                .category(
                    "state", SessionState.allCases.map(\.rawValue), "Where the session stood"),
                TableColumn("outcome", .text, "", "What came of the session"),
                TableColumn("reason", .text, "", "Why it ended as it did"),
            ] + TableColumn.moment("Start of the session") + TableColumn.end("End of recording") + [
                TableColumn("duration_ms", .milliseconds, "ms", "From start to end of recording"),
                TableColumn(
                    "monotonic_start_ns", .integer, "ns",
                    "The start on the station's monotonic clock; add t_ns for absolute times"),
                TableColumn(
                    "realtime_start_ns", .integer, "ns",
                    "The start on the wall clock, since 1970-01-01 UTC, as read when it began"),
                TableColumn("finished_utc", .utc, "", "When the file took its final form"),
                TableColumn("parent", .text, "", "Session that a commentary looks back on"),
                TableColumn("continues", .text, "", "Interrupted session that this one takes up"),
                TableColumn("station", .text, "", "Name of the recording machine"),
                TableColumn("software", .text, "", "Version of Attune that recorded"),
                TableColumn(
                    "boot_id", .text, "", "The kernel's id of the boot whose clock all times are on"
                ),
                TableColumn("prot_text", .text, "", "Text of the study protocol"),
            ] + conditionColumns + [
                TableColumn(
                    "alignment", .integer, "",
                    "Number of the alignment (attune align) whose times these tables have; empty for "
                        + "those of the session file itself")
            ]
        let session = session
        let description = session.description
        try table("sessions", "A session", columns) { file in
            file.text(export.names.session(description.identifier))
            file.text(description.kind.rawValue)
            file.text(description.study)
            file.text(description.protocolName)
            file.text(description.protocolVersion)
            file.integer(description.isPilot ? 1 : 0)
            file.text(session.state.rawValue)
            file.text(session.outcome)
            file.text(session.reason.map { export.names.remark($0) })
            moment(description.started, file)
            moment(session.stopped, file)
            file.milliseconds(session.stopped.map { sinceStart($0) })
            file.integer(description.started.nanoseconds)
            file.integer(description.startedRealtime &+ clock.shift)
            file.utc(session.finishedRealtime.map { $0 &+ clock.shift })
            file.text(description.parent.map { export.names.session($0) })
            file.text(description.continuationOf.map { export.names.session($0) })
            file.text(export.names.thing(description.station))
            file.text(description.softwareVersion)
            file.text(export.names.thing(description.bootIdentifier))
            file.text(description.protocolText)
            writeConditions(file)
            file.integer(reader.alignment?.id)
            try file.endRow()
        }
    }

    /// - Parameters:
    ///   - files: the streams' names as parts of file names.
    ///   - exported: samples written, by stream.
    func writeStreams(_ files: [String], _ exported: [Int64: Int64]) throws(ExportError) {
        let columns =
            [
                TableColumn.stream,
                TableColumn("id", .integer, "", "Number of the stream in the session"),
                TableColumn("kind", .text, "", "signal, keys, pointer, chat or another word"),
                TableColumn("source", .text, "", "The device or linked client that it comes from"),
                TableColumn(
                    "file", .text, "", "The file of its samples; empty for streams without samples"),
                TableColumn("samples", .integer, "", "Samples in that file"),
                TableColumn("key_presses", .integer, "", "Rows in keystrokes.csv"),
                TableColumn(
                    "nominal_rate_hz", .real, "Hz",
                    "Rate by the device's profile; empty where irregular"),
                TableColumn("measured_rate_hz", .real, "Hz", "Rate measured, gaps left out"),
            ] + TableColumn.moment("First sample or key") + TableColumn.end("Last sample or key")
            + [
                TableColumn("duration_ms", .milliseconds, "ms", "From the first to the last"),
                TableColumn("gaps", .integer, "", "Rows in gaps.csv"),
                TableColumn("lost", .integer, "", "Samples or keys lost in gaps"),
                TableColumn(
                    "lost_bound", .integer, "", "Largest error of that number; 0 where exact"),
                TableColumn("faults", .integer, "", "Faults of all causes, see faults.csv"),
                TableColumn(
                    "bound_ms", .milliseconds, "ms", "Largest 95% bound of the stream's times"),
                TableColumn(
                    "clock", .text, "", "Where times come from: counter, arrival or stamped"),
                TableColumn(
                    "gap_tolerance_ms", .milliseconds, "ms",
                    "Silence beyond which samples must be missing"),
                TableColumn(
                    "typical_delay_ms", .milliseconds, "ms",
                    "From the event in the world to its arrival"),
                TableColumn(
                    "delay_uncertainty_ms", .milliseconds, "ms", "95% uncertainty of that delay"),
                TableColumn("device", .text, "", "What identifies the device (JSON)"),
                TableColumn("profile", .text, "", "Name of the device's profile"),
                TableColumn("prof_version", .integer, "", "Version of the profile"),
                TableColumn("prof_text", .text, "", "Text of the profile"),
            ]
        let statistics = try fromStore { () throws(SessionStoreError) in
            try StreamStatistics.all(reader, streams)
        }
        try table("streams", "A stream of a session", columns) { file in
            for ((stream, name), statistics) in zip(zip(streams, files), statistics) {
                file.text(stream.name)
                file.integer(stream.id)
                file.text(stream.kind)
                file.text(export.names.source(stream.source))
                file.text(
                    stream.channels.isEmpty || stream.audioRate != nil
                        ? nil : "\(ColumnNames.samplePrefix)\(name).csv")
                file.integer(exported[stream.id])
                file.integer(statistics.keystrokes)
                file.real(stream.nominalRate)
                file.real(statistics.measuredRate)
                moment(statistics.first, file)
                moment(statistics.last, file)
                file.milliseconds(statistics.duration)
                file.integer(statistics.gaps)
                file.integer(statistics.lost)
                file.integer(statistics.lostBound)
                file.integer(statistics.faults)
                file.milliseconds(statistics.bound)
                file.text(stream.clock.rawValue)
                file.milliseconds(stream.gapTolerance)
                file.milliseconds(stream.typicalDelay)
                file.milliseconds(stream.delayUncertainty)
                file.text(export.names.device(stream.deviceIdentity))
                file.text(stream.profileName)
                file.integer(Int64(stream.profileVersion))
                file.text(stream.profileText)
                try file.endRow()
            }
        }
    }

    /// - Parameter names: the columns of each stream's channels in its samples' file.
    func writeChannels(_ names: [Int64: [SampleColumns]]) throws(ExportError) {
        let columns = [
            TableColumn.stream,
            TableColumn("position", .integer, "", "Place of the channel in the stream, from 0"),
            TableColumn("channel", .text, "", "Name of the channel"),
            TableColumn("column", .text, "", "Its column in the samples' file"),
            TableColumn("raw_column", .text, "", "The column of its values as stored"),
            TableColumn("label", .text, "", "The channel in words"),
            TableColumn("unit", .text, "", "Unit of the physical value"),
            TableColumn("scale", .real, "", "physical = raw * scale + offset"),
            TableColumn("offset", .real, "", "See scale"),
            TableColumn("conversion", .text, "", "Formula applied to that where it is not linear"),
            TableColumn("minimum", .real, "", "Physical range, where the device has one"),
            TableColumn("maximum", .real, "", "Physical range, where the device has one"),
            TableColumn("storage", .text, "", "How values are stored: integer or real"),
        ]
        try table("channels", "A channel of a stream", columns) { file in
            for stream in streams {
                for (position, channel) in stream.channels.enumerated() {
                    let columns = names[stream.id].flatMap {
                        $0.indices.contains(position) ? $0[position] : nil
                    }
                    file.text(stream.name)
                    file.integer(Int64(position))
                    file.text(channel.name)
                    file.text(columns?.physical)
                    file.text(columns?.raw)
                    file.text(channel.label)
                    file.text(channel.unit)
                    file.real(channel.scale)
                    file.real(channel.offset)
                    file.text(channel.conversion)
                    file.real(channel.minimum)
                    file.real(channel.maximum)
                    file.text(channel.storage.rawValue)
                    try file.endRow()
                }
            }
        }
    }
}
