/// What is told of the console itself. A pure value.
struct ConsoleMetrics {
    var version: String
    var counts: RequestCounts.Counts
    var exportsRunning: Int
    var process: ProcessUse

    var families: [MetricFamily] {
        [
            MetricFamily(
                "attune_console_build", .info, "The console that answers.",
                [MetricSample(.integer(1), ["version": version])]),
            MetricFamily(
                "attune_console_requests", .counter, "Requests that were answered.",
                counts.answered.sorted { $0.key < $1.key }.map {
                    MetricSample(
                        .integer($0.value), ["method": $0.key.method, "code": "\($0.key.code)"])
                }),
            MetricFamily(
                "attune_console_request_duration_seconds", .histogram,
                "Time from a request to the beginning of its answer.",
                [MetricSample(.histogram(counts.durations))]),
            MetricFamily(
                "attune_console_event_streams", .gauge,
                "Streams of events that browsers follow now.", counts.streams),
            MetricFamily(
                "attune_console_exports_running", .gauge, "Exports that are being written.",
                Int64(exportsRunning)),
        ] + processFamilies
    }

    /// By the names that Prometheus' own libraries give to the process that answers.
    private var processFamilies: [MetricFamily] {
        [
            MetricFamily(
                "process_start_time_seconds", .gauge,
                "When the console began, in seconds since 1970-01-01 UTC.", process.startedUTC),
            MetricFamily(
                "process_cpu_seconds", .counter, "Processor time of the console.",
                process.processorSeconds),
            MetricFamily(
                "process_resident_memory_bytes", .gauge, "Resident memory of the console.",
                process.residentBytes.map(Double.init)),
            MetricFamily(
                "process_virtual_memory_bytes", .gauge, "Virtual memory of the console.",
                process.virtualBytes.map(Double.init)),
            MetricFamily(
                "process_open_fds", .gauge, "Open descriptors of the console.",
                process.openDescriptors.map(Double.init)),
        ]
    }
}
