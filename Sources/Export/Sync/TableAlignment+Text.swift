import Reports
import Timebase

extension TableAlignment {
    /// The summary in sentences, a line each.
    public var lines: [String] {
        func grouped(_ value: some BinaryInteger) -> String { ReadableNumber.grouped(Int64(value)) }
        func samples(_ count: Int64) -> String {
            "\(grouped(count)) \(count == 1 ? "sample" : "samples")"
        }
        func milliseconds(_ value: Int64) -> String {
            "\(ReadableNumber.decimal(Double(value) / 1e6, 3)) ms"
        }
        var lines = [
            "\(grouped(rows)) rows in \(segments == 1 ? "1 segment" : "\(grouped(segments)) segments")"
        ]
        if let rate, isRegular {
            lines.append("rate \(ReadableNumber.decimal(rate, 6)) Hz")
            if let drift {
                lines.append("drift \(ReadableNumber.decimal(drift, 2)) ppm from the nominal rate")
            }
        } else {
            lines.append("no rate that the rows follow: times are arrivals less the delay")
        }
        lines.append("jitter \(milliseconds(jitter)) (mean lateness of arrivals)")
        if jumps.count > 0 {
            lines.append(
                "missing by the index: \(samples(jumpsLost)), at \(Self.text(jumps))")
        }
        if inferred.count > 0 {
            let error = inferredLostBound > 0 ? " ± \(grouped(inferredLostBound))" : ""
            lines.append(
                "missing by the arrivals: \(samples(inferredLost))\(error), at "
                    + Self.text(inferred))
        } else {
            lines.append("no losses inferred from the arrivals")
        }
        lines.append(resets.count > 0 ? "resets: \(Self.text(resets))" : "no resets")
        for fault in Alignment.Fault.allCases {
            guard let places = faults[fault] else { continue }
            lines.append(
                "device times \(fault.rawValue), not used: \(grouped(places.count)), "
                    + Self.text(places))
        }
        if backward.count > 0 {
            lines.append(
                "rows that arrived before the one above them: \(grouped(backward.count)), "
                    + "\(Self.text(backward)); rows should be in the order in which they came")
        }
        lines.append(
            "bound: half of the times are within \(milliseconds(medianBound)) of the truth in 95 of "
                + "100 cases, all within \(milliseconds(worstBound))")
        lines.append(delayText)
        return lines
    }

    /// What the bound says of the constant part of the delay.
    public var delayText: String {
        let typical = "\(ReadableNumber.decimal(Double(delay) / 1e6, 3)) ms"
        guard delayUncertainty > 0 else {
            let taken = delay == 0 ? "none was taken off" : "\(typical) were taken off"
            return
                "the constant part of the delay cannot be seen in the data: \(taken), and the bound "
                + "says nothing about its error (say it with --delay-uncertainty-ms)"
        }
        return "the constant part of the delay cannot be seen in the data: it was taken to be "
            + "\(typical) ± \(ReadableNumber.decimal(Double(delayUncertainty) / 1e6, 3)) ms, which "
            + "is in the bound"
    }

    /// Lines of the file, the first ten of them.
    private static func text(_ places: Places) -> String {
        let shown = places.lines.prefix(10).map(String.init).joined(separator: ", ")
        let more =
            places.count > 10 ? " and \(ReadableNumber.grouped(Int64(places.count - 10))) more" : ""
        return "\(places.count == 1 ? "line" : "lines") \(shown)\(more)"
    }
}

extension TableAlignment: Encodable {
    private enum Key: String, CodingKey {
        case rows, segments, isRegular, rateHz, driftPpm, jitterMs, boundMedianMs, boundWorstMs
        case lossesInferred, indexJumps, resets, faults, arrivalsBackward, delayMs,
            delayUncertaintyMs, delayNote
    }

    private struct Found: Encodable {
        var count: Int
        var lost: Int64?
        var lostBound: Int64?
        var lines: [Int]

        init(_ places: Places, lost: Int64? = nil, lostBound: Int64? = nil) {
            count = places.count
            lines = places.lines
            self.lost = lost
            self.lostBound = lostBound
        }
    }

    /// As one object; an encoder that turns keys into snake_case gives names with units. Lines are those
    /// of the file, the first hundred of each kind.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(rows, forKey: .rows)
        try object.encode(segments, forKey: .segments)
        try object.encode(isRegular, forKey: .isRegular)
        try object.encodeIfPresent(rate, forKey: .rateHz)
        try object.encodeIfPresent(drift, forKey: .driftPpm)
        try object.encode(Double(jitter) / 1e6, forKey: .jitterMs)
        try object.encode(Double(medianBound) / 1e6, forKey: .boundMedianMs)
        try object.encode(Double(worstBound) / 1e6, forKey: .boundWorstMs)
        try object.encode(
            Found(inferred, lost: inferredLost, lostBound: inferredLostBound),
            forKey: .lossesInferred)
        try object.encode(Found(jumps, lost: jumpsLost), forKey: .indexJumps)
        try object.encode(Found(resets), forKey: .resets)
        var found: [String: Found] = [:]
        for fault in Alignment.Fault.allCases {
            found[fault.rawValue] = Found(faults[fault] ?? Places())
        }
        try object.encode(found, forKey: .faults)
        try object.encode(Found(backward), forKey: .arrivalsBackward)
        try object.encode(Double(delay) / 1e6, forKey: .delayMs)
        try object.encode(Double(delayUncertainty) / 1e6, forKey: .delayUncertaintyMs)
        try object.encode(delayText, forKey: .delayNote)
    }
}
