import Reports

/// What of a column a statistics file could not hold as it is, counted.
struct StatisticsLosses {
    /// Texts that were too long.
    var cut: Int64 = 0
    /// Texts that held the character NUL, which ends a text in these files.
    var terminated: Int64 = 0
    /// Whole numbers beyond 2^53, rounded as doubles are.
    var rounded: Int64 = 0
    /// Numbers that the format does not have: missing.
    var beyond: Int64 = 0
    /// Words of a category that have no code: missing.
    var uncoded: Int64 = 0
    /// Numbers closer to zero than the format has them: 0.
    var vanished: Int64 = 0

    /// Sentences for `ExportNotes`: one for each kind of loss, with the columns and how many values of each.
    /// - Parameters:
    ///   - file: what the notes begin with.
    ///   - limits: bytes of a text that fit, by column.
    static func notes(
        _ losses: [StatisticsLosses], of columns: [TableColumn], limits: [Int], file: String
    ) -> [String] {
        func counted(
            _ count: KeyPath<StatisticsLosses, Int64>, _ more: (Int) -> String = { _ in "" }
        ) -> String? {
            let lost = columns.indices.filter { losses[$0][keyPath: count] > 0 }
            guard !lost.isEmpty else { return nil }
            return lost.map {
                let number = ReadableNumber.grouped(losses[$0][keyPath: count])
                return "\(columns[$0].name) (\(number)\(more($0)))"
            }.joined(separator: ", ")
        }
        var notes: [String] = []
        if let cut = counted(
            \.cut, { " at \(ReadableNumber.grouped(Int64(limits[$0]))) bytes" })
        {
            notes.append("\(file): texts are cut in \(cut); csv has them whole")
        }
        if let terminated = counted(\.terminated) {
            notes.append("\(file): the character NUL became a space in \(terminated)")
        }
        if let rounded = counted(\.rounded) {
            notes.append(
                "\(file): whole numbers beyond 2^53 are rounded to doubles in \(rounded); csv has "
                    + "them exactly")
        }
        if let beyond = counted(\.beyond) {
            notes.append(
                "\(file): numbers that are infinite, or larger than the format's, are missing in "
                    + beyond)
        }
        if let vanished = counted(\.vanished) {
            notes.append(
                "\(file): numbers smaller than the format's are 0 in \(vanished)")
        }
        if let uncoded = counted(\.uncoded) {
            notes.append("\(file): words without a code are missing in \(uncoded)")
        }
        return notes
    }
}
