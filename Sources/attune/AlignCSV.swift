import Export
import Glibc
import SystemCalls
import Timebase

/// Aligns the readings of a CSV table: what `attune align --csv` does.
///
/// The summary goes to standard error, or as JSON to standard output where the table does not go there.
/// - Parameters:
///   - input: table with `index,device_s,arrival_s`; `-` for standard input.
///   - output: where `index,aligned_s,bound_s,segment` goes; `-` for standard output.
///   - rate: samples a second; nil where it is not known.
///   - delayMilliseconds: from the sample to its arrival at the least; taken off.
///   - delayUncertaintyMilliseconds: its 95% uncertainty, which goes into the bound.
/// - Throws: `ReadingsTableError`, with file, line and column where it is the table's.
func alignCSV(
    input: String, output: String, rate: Double? = nil, delayMilliseconds: Double? = nil,
    delayUncertaintyMilliseconds: Double? = nil, json: Bool = false
) throws {
    // A reader that goes away, and a limit on file sizes, are told by errors.
    _ = signal(SIGPIPE, SIG_IGN)
    _ = signal(SIGXFSZ, SIG_IGN)
    let model = try TableAlignment.model(
        rate: rate, delayMilliseconds: delayMilliseconds,
        delayUncertaintyMilliseconds: delayUncertaintyMilliseconds)
    let isJSON = json && output != "-"
    // Made before the work, so that a wrong name is told at once.
    try AlignedTableFile.check(path: output, input: input)
    let table = try ReadingsTable.read(input)
    let alignment = Aligner(model).align(table.readings)
    try write(table, alignment, to: output, input: input)
    let summary = TableAlignment(table, alignment, model: model)
    if isJSON { return try Output.json(summary) }
    let text = summary.lines.map { "\($0)\n" }.joined()
    try FileSystem.writeAll(Array(text.utf8), to: STDERR_FILENO)
}

/// Writes the table. Signals that would end the process are held back while a file is written, so that
/// no half of one is left beside its place.
private func write(
    _ table: ReadingsTable, _ alignment: Alignment, to output: String, input: String
) throws(ReadingsTableError) {
    var held = sigset_t()
    var before = sigset_t()
    unsafe sigemptyset(&held)
    if output != "-" {
        for number in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&held, number) }
    }
    unsafe pthread_sigmask(SIG_BLOCK, &held, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    try AlignedTableFile(path: output, input: input).write(table.readings.index, alignment)
}
