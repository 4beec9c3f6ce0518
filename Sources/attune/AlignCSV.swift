import Export
import Glibc
import SystemCalls

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
    let summary = try TableAlignment.align(input, to: output, model)
    if json, output != "-" { return try Output.json(summary) }
    let text = summary.lines.map { "\($0)\n" }.joined()
    try FileSystem.writeAll(Array(text.utf8), to: STDERR_FILENO)
}
