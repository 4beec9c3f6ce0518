import SessionStore
import Timebase

extension CSVExportRun {
    func writeSession() throws(ExportError) {
        let columns =
            [
                CSVColumn("session_id", .text, "", "Identifier of the session (UUID)"),
                CSVColumn("kind", .text, "", "What the session records: chat or commentary"),
                CSVColumn("study", .text, "", "Code of the study"),
                CSVColumn("participant", .text, "", "Code of the participant"),
                CSVColumn("protocol", .text, "", "Name of the study protocol"),
                CSVColumn("prot_version", .text, "", "Version of the study protocol"),
                CSVColumn(
                    "pilot", .integer, "", "1 for a trial run that no analysis should count, else 0"
                ),
                CSVColumn(
                    "state", .text, "",
                    "recording, stopped, finished, interrupted, aborted, withdrawn"),
                CSVColumn("outcome", .text, "", "What came of the session"),
                CSVColumn("reason", .text, "", "Why it ended as it did"),
            ] + CSVColumn.moment("Start of the session") + CSVColumn.end("End of recording") + [
                CSVColumn("duration_ms", .real, "ms", "From start to end of recording"),
                CSVColumn(
                    "monotonic_start_ns", .integer, "ns",
                    "The start on the station's monotonic clock; add t_ns for absolute times"),
                CSVColumn(
                    "realtime_start_ns", .integer, "ns",
                    "The start on the wall clock, since 1970-01-01 UTC, as read when it began"),
                CSVColumn("finished_utc", .utc, "", "When the file took its final form"),
                CSVColumn("parent", .text, "", "Session that a commentary looks back on"),
                CSVColumn("continues", .text, "", "Interrupted session that this one takes up"),
                CSVColumn("station", .text, "", "Name of the recording machine"),
                CSVColumn("software", .text, "", "Version of Attune that recorded"),
                CSVColumn(
                    "boot_id", .text, "", "The kernel's id of the boot whose clock all times are on"
                ),
                CSVColumn("prot_text", .text, "", "Text of the study protocol"),
                CSVColumn(
                    "alignment", .integer, "",
                    "Number of the alignment (attune align) whose times these tables have; empty for "
                        + "those of the session file itself"),
            ]
        let session = session
        let description = session.description
        try table("session", columns) { file in
            file.text(description.identifier)
            file.text(description.kind.rawValue)
            file.text(description.study)
            file.text(description.participant)
            file.text(description.protocolName)
            file.text(description.protocolVersion)
            file.integer(description.isPilot ? 1 : 0)
            file.text(session.state.rawValue)
            file.text(session.outcome)
            file.text(session.reason)
            moment(description.started, file)
            moment(session.stopped, file)
            file.milliseconds(session.stopped.map { sinceStart($0) })
            file.integer(description.started.nanoseconds)
            file.integer(description.startedRealtime)
            if let finished = session.finishedRealtime {
                file.utc(finished)
            } else {
                file.missing()
            }
            file.text(description.parent)
            file.text(description.continuationOf)
            file.text(description.station)
            file.text(description.softwareVersion)
            file.text(description.bootIdentifier)
            file.text(description.protocolText)
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
                CSVColumn.stream,
                CSVColumn("id", .integer, "", "Number of the stream in the session"),
                CSVColumn("kind", .text, "", "signal, keys, pointer, chat or another word"),
                CSVColumn("source", .text, "", "The device or linked client that it comes from"),
                CSVColumn(
                    "file", .text, "", "The file of its samples; empty for streams without samples"),
                CSVColumn("samples", .integer, "", "Samples in that file"),
                CSVColumn("key_presses", .integer, "", "Rows in keystrokes.csv"),
                CSVColumn(
                    "nominal_rate_hz", .real, "Hz",
                    "Rate by the device's profile; empty where irregular"),
                CSVColumn("measured_rate_hz", .real, "Hz", "Rate measured, gaps left out"),
            ] + CSVColumn.moment("First sample or key") + CSVColumn.end("Last sample or key") + [
                CSVColumn("duration_ms", .real, "ms", "From the first to the last"),
                CSVColumn("gaps", .integer, "", "Rows in gaps.csv"),
                CSVColumn("lost", .integer, "", "Samples or keys lost in gaps"),
                CSVColumn(
                    "lost_bound", .integer, "", "Largest error of that number; 0 where exact"),
                CSVColumn("faults", .integer, "", "Faults of all causes, see faults.csv"),
                CSVColumn("bound_ms", .real, "ms", "Largest 95% bound of the stream's times"),
                CSVColumn("clock", .text, "", "Where times come from: counter, arrival or stamped"),
                CSVColumn(
                    "gap_tolerance_ms", .real, "ms", "Silence beyond which samples must be missing"),
                CSVColumn(
                    "typical_delay_ms", .real, "ms", "From the event in the world to its arrival"),
                CSVColumn("delay_uncertainty_ms", .real, "ms", "95% uncertainty of that delay"),
                CSVColumn("device", .text, "", "What identifies the device (JSON)"),
                CSVColumn("profile", .text, "", "Name of the device's profile"),
                CSVColumn("prof_version", .integer, "", "Version of the profile"),
                CSVColumn("prof_text", .text, "", "Text of the profile"),
            ]
        let statistics = try fromStore { () throws(SessionStoreError) in
            try StreamStatistics.all(reader, streams)
        }
        try table("streams", columns) { file in
            for ((stream, name), statistics) in zip(zip(streams, files), statistics) {
                file.text(stream.name)
                file.integer(stream.id)
                file.text(stream.kind)
                file.text(stream.source)
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
                file.text(stream.deviceIdentity)
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
            CSVColumn.stream,
            CSVColumn("position", .integer, "", "Place of the channel in the stream, from 0"),
            CSVColumn("channel", .text, "", "Name of the channel"),
            CSVColumn("column", .text, "", "Its column in the samples' file"),
            CSVColumn("raw_column", .text, "", "The column of its values as stored"),
            CSVColumn("label", .text, "", "The channel in words"),
            CSVColumn("unit", .text, "", "Unit of the physical value"),
            CSVColumn("scale", .real, "", "physical = raw * scale + offset"),
            CSVColumn("offset", .real, "", "See scale"),
            CSVColumn("conversion", .text, "", "Formula applied to that where it is not linear"),
            CSVColumn("minimum", .real, "", "Physical range, where the device has one"),
            CSVColumn("maximum", .real, "", "Physical range, where the device has one"),
            CSVColumn("storage", .text, "", "How values are stored: integer or real"),
        ]
        try table("channels", columns) { file in
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
