import SessionStore
import Timebase

extension SessionTables {
    func writeGaps() throws(ExportError) {
        let columns =
            [
                TableColumn.stream,
                TableColumn("cause", .text, "", "Why something is missing"),
                TableColumn(
                    "after_index", .integer, "",
                    "Last sample (or key) before it; -1 where there is none"),
            ] + TableColumn.moment("The last stored neighbour before it")
            + TableColumn.end("The first stored neighbour after it") + [
                TableColumn("duration_ms", .milliseconds, "ms", "From one neighbour to the other"),
                TableColumn("lost", .integer, "", "How many samples (or keys) are missing"),
                TableColumn(
                    "lost_bound", .integer, "", "Largest error of that number; 0 where exact"),
            ]
        try table(
            "gaps", "A stretch in which something is missing, between two stored neighbours",
            columns
        ) { file in
            for (name, gap) in try export.gaps() {
                file.text(name)
                file.text(gap.cause.rawValue)
                file.integer(gap.afterIndex)
                moment(gap.start, file)
                moment(gap.end, file)
                file.milliseconds(gap.end - gap.start)
                file.integer(gap.lost)
                file.integer(gap.lostBound)
                try file.endRow()
                try proceedSometimes(file)
            }
        }
    }

    func writeClockSegments() throws(ExportError) {
        let columns =
            [
                TableColumn.stream,
                TableColumn("first_index", .integer, "", "First sample that the line speaks of"),
                TableColumn("last_index", .integer, "", "Last sample that it speaks of"),
            ] + TableColumn.moment("Time of the first sample on the line") + [
                TableColumn(
                    "period_ns", .real, "ns",
                    "From one sample to the next: time = t_ns + (index - first_index) * period_ns"),
                TableColumn("rate_hz", .real, "Hz", "The same as a rate"),
                TableColumn.bound("times on the line"),
                TableColumn(
                    "method", .text, "", "Estimator, or stamped where each packet has its own time"),
                TableColumn("drift_ppm", .real, "ppm", "Deviation from the nominal rate"),
                TableColumn(
                    "jitter_ms", .milliseconds, "ms", "Mean delay of arrivals behind the line"),
            ]
        try table("clock_segments", "A line from sample index to time", columns) { file in
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
                TableColumn.stream,
                TableColumn("client", .text, "", "The linked client whose clock was read"),
                TableColumn("sample_index", .integer, "", "The sample that the reading belongs to"),
                TableColumn(
                    "device_time", .integer, "", "The other clock's reading, in its own unit"),
                TableColumn(
                    "sent_ns", .integer, "ns", "When it was asked for; since the session's start"),
            ] + TableColumn.moment("When the reading arrived")
        try table("clock_observations", "A reading of another clock", columns) { file in
            for row in try reader.clockObservations() where export.takes(row.arrival) {
                let name = row.stream.flatMap { streamName($0) }
                if row.stream != nil, name == nil { continue }
                file.text(name)
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
            [TableColumn("cause", .text, "", "What the clocks were read for")]
            + TableColumn.moment("When they were read") + [
                TableColumn(
                    "monotonic_ns", .integer, "ns", "The monotonic clock, which all times are on"),
                TableColumn("boottime_ns", .integer, "ns", "The same with sleep counted"),
                TableColumn("realtime_ns", .integer, "ns", "The wall clock, since 1970-01-01 UTC"),
                TableColumn("uncertainty_ms", .milliseconds, "ms", "Largest error of the pairing"),
            ]
        try table("time_triples", "A reading of the station's three clocks", columns) { file in
            for row in try reader.timeTriples() {
                file.text(row.cause)
                moment(row.triple.monotonic, file)
                file.integer(row.triple.monotonic.nanoseconds)
                file.integer(row.triple.boottime)
                file.integer(row.triple.realtime &+ clock.shift)
                file.milliseconds(row.triple.uncertainty)
                try file.endRow()
            }
        }
    }

    func writeFaults() throws(ExportError) {
        let columns = [
            TableColumn.stream,
            TableColumn("cause", .text, "", "Such as checksum or unparsable"),
            TableColumn("count", .integer, "", "How often"),
        ]
        try table("faults", "A cause of faults of a stream, with their number", columns) { file in
            for fault in try reader.faults() {
                guard let name = streamName(fault.stream) else { continue }
                file.text(name)
                file.text(fault.cause)
                file.integer(fault.count)
                try file.endRow()
            }
        }
    }

    func writeAudit() throws(ExportError) {
        let columns =
            TableColumn.moment("When it was done") + [
                TableColumn(
                    "realtime_ns", .integer, "ns", "The wall clock then, since 1970-01-01 UTC"),
                TableColumn("actor", .text, "", "Who did it: a user or a program"),
                TableColumn("action", .text, "", "What was done"),
                TableColumn("detail", .text, "", "What more is known (JSON)"),
            ]
        try table("audit", "Something that somebody did to a session", columns) { file in
            for entry in try reader.audit() where export.takes(entry.time) {
                moment(entry.time, file)
                file.integer(entry.realtime &+ clock.shift)
                file.text(export.names.person(entry.actor))
                file.text(entry.action)
                file.text(export.names.payload(entry.detail))
                try file.endRow()
            }
        }
    }
}
