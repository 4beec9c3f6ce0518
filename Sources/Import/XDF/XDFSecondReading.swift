/// A visitor of a file that was surveyed: which streams there are is known from its first byte on.
protocol XDFSecondReading: XDFVisitor {
    /// Of the same file, and complete.
    var survey: XDFSurvey { get }
}

extension XDFSecondReading {
    var numbers: [UInt32] { survey.numbers }

    func isDamaged(number: UInt32) -> Bool { survey.isDamaged(number: number) }

    func format(of stream: UInt32, at position: Int64) -> XDFFormat? {
        survey.format(of: stream, at: position)
    }
}
