import Glibc
import Timebase

extension TableAlignment {
    /// Aligns a table in a file, and writes what comes of it.
    ///
    /// Memory grows with the rows (about 130 bytes each); nothing is written until all is computed.
    /// - Parameters:
    ///   - input: CSV with `index,device_s,arrival_s`; `-` for standard input.
    ///   - output: where `index,aligned_s,bound_s,segment` goes; `-` for standard output.
    public static func align(
        _ input: String, to output: String, _ model: ClockModel
    ) throws(ReadingsTableError) -> TableAlignment {
        // Before the work, so that a wrong name is told at once.
        try AlignedTableFile.check(path: output, input: input)
        let table = try ReadingsTable.read(input)
        let alignment = Aligner(model).align(table.readings)
        try write(table, alignment, to: output, input: input)
        return TableAlignment(table, alignment, model: model)
    }

    /// Writes the table. Signals that would end the process are held back while a file is written, so
    /// that no half of one is left beside its place.
    private static func write(
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
        let file = try AlignedTableFile(path: output, input: input)
        try file.write(table.readings.index, alignment)
    }
}
