import Reports

extension KeyLag {
    /// What to think of it, in words; nothing where it is as it should be.
    public var sentences: [String] {
        guard !pairs.isEmpty else {
            return [
                "look at this: no key press fits an edit; was it written on another keyboard, or read in?"
            ]
        }
        var sentences: [String] = []
        if pairs.count < 30 {
            sentences.append("few pairs: the 95th and 99th percentiles are those of single presses")
        }
        if Double(early) > 0.05 * Double(pairs.count) {
            sentences.append(
                "look at this: \(early) of \(pairs.count) edits come before their key by more than the "
                    + "bounds allow; one of the two clocks is off")
        }
        if let share = unpairedEditShare, share > 0.2 {
            sentences.append(
                "look at this: \(percent(share)) of the edits have no key press (another keyboard, a touch "
                    + "screen, autocorrection, or a keyboard that was not recorded all the time)")
        }
        if let share = unpairedPressShare, share > 0.2 {
            sentences.append(
                "look at this: \(percent(share)) of the presses changed no draft (shortcuts, another window, "
                    + "or edits that are missing)")
        }
        return sentences
    }

    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
}

extension SyncReport {
    /// The lags from key to page as lines for a terminal.
    var keyLagLines: [String] {
        func milliseconds(_ value: Int64?) -> String {
            value.map { ReadableNumber.decimal(Double($0) / 1e6, 2) } ?? "-"
        }
        func share(_ part: Int, _ share: Double?) -> String {
            share.map { "\(part) (\(ReadableNumber.decimal($0 * 100, 1))%)" } ?? "-"
        }
        var table = TextTable([
            .left("key to page"), .right("pairs"), .right("median ms"), .right("95% ms"),
            .right("99% ms"), .right("bound ms"), .right("edits alone"), .right("presses alone"),
            .right("repeated"), .right("composed"), .right("put in"),
        ])
        for lag in keyLags {
            table.append([
                lag.client, ReadableNumber.grouped(Int64(lag.pairs.count)),
                milliseconds(lag.median), milliseconds(lag.p95), milliseconds(lag.p99),
                milliseconds(lag.boundMedian), share(lag.unpairedEdits, lag.unpairedEditShare),
                share(lag.unpairedPresses, lag.unpairedPressShare), "\(lag.repeats)",
                "\(lag.composed)", "\(lag.putIn)",
            ])
        }
        var lines = table.lines
        for lag in keyLags {
            lines += lag.sentences.map { TextTable.plain("\(lag.client): \($0)") }
        }
        return lines
    }
}
