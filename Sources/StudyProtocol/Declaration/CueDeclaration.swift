import Declarations

/// A rule of cue points as it is written.
struct CueDeclaration: Decodable {
    var peaks: CueRule.Peak?
    var pausesLongerThan: Double?
    var turns: CueRule.Author?
    var marks: String?
    var most: Int?

    private var given: [String] {
        [
            ("peaks", peaks != nil), ("pausesLongerThan", pausesLongerThan != nil),
            ("turns", turns != nil), ("marks", marks != nil),
        ].filter(\.1).map(\.0)
    }

    func check(_ report: inout DeclarationReport, at place: [String]) {
        if given.count != 1 {
            report.add(
                at: place,
                message: "expected one of peaks, pausesLongerThan, turns and marks, found "
                    + (given.isEmpty ? "none" : given.joined(separator: ", ")))
        }
        report.require(
            pausesLongerThan, in: 0.5...3_600, at: place + ["pausesLongerThan"])
        report.require(most, in: 1...1000, at: place + ["most"])
        if let marks, marks.allSatisfy(\.isWhitespace) {
            report.add(at: place + ["marks"], message: "expected a label, or all")
        }
    }

    /// nil where it was found wrong.
    var rule: CueRule? {
        guard given.count == 1 else { return nil }
        let moments: CueRule.Moments? =
            peaks.map { .peaks($0) } ?? pausesLongerThan.map { .pauses(longerThan: $0) }
            ?? turns.map { .turns($0) } ?? marks.map { .marks(label: $0 == "all" ? nil : $0) }
        return moments.map { CueRule($0, most: most) }
    }
}
