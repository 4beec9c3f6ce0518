import SessionStore
import Timebase

extension CSVExportRun {
    func writeGaps() throws(ExportError) {
        let columns =
            [
                CSVColumn.stream,
                CSVColumn("cause", .text, "", "Why something is missing"),
                CSVColumn(
                    "after_index", .integer, "",
                    "Last sample (or key) before it; -1 where there is none"),
            ] + CSVColumn.moment("The last stored neighbour before it")
            + CSVColumn.end("The first stored neighbour after it") + [
                CSVColumn("duration_ms", .real, "ms", "From one neighbour to the other"),
                CSVColumn("lost", .integer, "", "How many samples (or keys) are missing"),
                CSVColumn(
                    "lost_bound", .integer, "", "Largest error of that number; 0 where exact"),
            ]
        try table("gaps", columns) { file in
            for row in try reader.gaps() {
                file.text(streamName(row.stream))
                file.text(row.gap.cause.rawValue)
                file.integer(row.gap.afterIndex)
                moment(row.gap.start, file)
                moment(row.gap.end, file)
                file.milliseconds(row.gap.end - row.gap.start)
                file.integer(row.gap.lost)
                file.integer(row.gap.lostBound)
                try file.endRow()
                try proceedSometimes(file)
            }
        }
    }

    func writeClockSegments() throws(ExportError) {
        let columns =
            [
                CSVColumn.stream,
                CSVColumn("first_index", .integer, "", "First sample that the line speaks of"),
                CSVColumn("last_index", .integer, "", "Last sample that it speaks of"),
            ] + CSVColumn.moment("Time of the first sample on the line") + [
                CSVColumn(
                    "period_ns", .real, "ns",
                    "From one sample to the next: time = t_ns + (index - first_index) * period_ns"),
                CSVColumn("rate_hz", .real, "Hz", "The same as a rate"),
                CSVColumn.bound("times on the line"),
                CSVColumn(
                    "method", .text, "", "Estimator, or stamped where each packet has its own time"),
                CSVColumn("drift_ppm", .real, "ppm", "Deviation from the nominal rate"),
                CSVColumn("jitter_ms", .real, "ms", "Mean delay of arrivals behind the line"),
            ]
        try table("clock_segments", columns) { file in
            for stream in streams {
                for segment in try reader.clockSegments(stream.id) {
                    file.text(stream.name)
                    file.integer(segment.firstIndex)
                    file.integer(segment.lastIndex)
                    moment(segment.origin, file)
                    file.real(segment.period)
                    file.real(segment.period > 0 ? 1e9 / segment.period : nil)
                    file.milliseconds(segment.bound)
                    file.text(segment.method)
                    file.real(segment.driftPPM)
                    file.milliseconds(segment.jitter)
                    try file.endRow()
                    try proceedSometimes(file)
                }
            }
        }
    }

    func writeClockObservations() throws(ExportError) {
        let columns =
            [
                CSVColumn.stream,
                CSVColumn("client", .text, "", "The linked client whose clock was read"),
                CSVColumn("sample_index", .integer, "", "The sample that the reading belongs to"),
                CSVColumn(
                    "device_time", .integer, "", "The other clock's reading, in its own unit"),
                CSVColumn(
                    "sent_ns", .integer, "ns", "When it was asked for; since the session's start"),
            ] + CSVColumn.moment("When the reading arrived")
        try table("clock_observations", columns) { file in
            for row in try reader.clockObservations() {
                file.text(row.stream.map { streamName($0) })
                file.text(row.client)
                file.integer(row.index)
                file.integer(row.deviceTime)
                file.integer(row.sent.map { sinceStart($0) })
                moment(row.arrival, file)
                try file.endRow()
                try proceedSometimes(file)
            }
        }
    }

    func writeTimeTriples() throws(ExportError) {
        let columns =
            [CSVColumn("cause", .text, "", "What the clocks were read for")]
            + CSVColumn.moment("When they were read") + [
                CSVColumn(
                    "monotonic_ns", .integer, "ns", "The monotonic clock, which all times are on"),
                CSVColumn("boottime_ns", .integer, "ns", "The same with sleep counted"),
                CSVColumn("realtime_ns", .integer, "ns", "The wall clock, since 1970-01-01 UTC"),
                CSVColumn("uncertainty_ms", .real, "ms", "Largest error of the pairing"),
            ]
        try table("time_triples", columns) { file in
            for row in triples {
                file.text(row.cause)
                moment(row.triple.monotonic, file)
                file.integer(row.triple.monotonic.nanoseconds)
                file.integer(row.triple.boottime)
                file.integer(row.triple.realtime)
                file.milliseconds(row.triple.uncertainty)
                try file.endRow()
            }
        }
    }

    func writeFaults() throws(ExportError) {
        let columns = [
            CSVColumn.stream,
            CSVColumn("cause", .text, "", "Such as checksum or unparsable"),
            CSVColumn("count", .integer, "", "How often"),
        ]
        try table("faults", columns) { file in
            for fault in try reader.faults() {
                file.text(streamName(fault.stream))
                file.text(fault.cause)
                file.integer(fault.count)
                try file.endRow()
            }
        }
    }

    func writeAudit() throws(ExportError) {
        let columns =
            CSVColumn.moment("When it was done") + [
                CSVColumn(
                    "realtime_ns", .integer, "ns", "The wall clock then, since 1970-01-01 UTC"),
                CSVColumn("actor", .text, "", "Who did it: a user or a program"),
                CSVColumn("action", .text, "", "What was done"),
                CSVColumn("detail", .text, "", "What more is known (JSON)"),
            ]
        try table("audit", columns) { file in
            for entry in try reader.audit() {
                moment(entry.time, file)
                file.integer(entry.realtime)
                file.text(entry.actor)
                file.text(entry.action)
                file.text(entry.detail)
                try file.endRow()
            }
        }
    }
}
