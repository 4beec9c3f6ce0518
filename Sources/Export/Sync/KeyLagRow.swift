/// A key lag with names and units for programs; what is not known is left out.
struct KeyLagRow: Encodable {
    var client: String
    var pairs: Int
    var medianMs: Double?
    var p95Ms: Double?
    var p99Ms: Double?
    var boundMedianMs: Double?
    var boundWorstMs: Double?
    /// Pairs whose edit comes before its press by more than the bounds allow.
    var early: Int
    var presses: Int
    var edits: Int
    var unpairedPresses: Int
    var unpairedEdits: Int
    var unpairedPressShare: Double?
    var unpairedEditShare: Double?
    var repeats: Int
    var composed: Int
    var putIn: Int
    var verdict: [String]

    init(_ lag: KeyLag) {
        func milliseconds(_ value: Int64?) -> Double? { value.map { Double($0) / 1e6 } }
        client = lag.client
        pairs = lag.pairs.count
        medianMs = milliseconds(lag.median)
        p95Ms = milliseconds(lag.p95)
        p99Ms = milliseconds(lag.p99)
        boundMedianMs = milliseconds(lag.boundMedian)
        boundWorstMs = milliseconds(lag.boundWorst)
        early = lag.early
        presses = lag.presses
        edits = lag.edits
        unpairedPresses = lag.unpairedPresses
        unpairedEdits = lag.unpairedEdits
        unpairedPressShare = lag.unpairedPressShare
        unpairedEditShare = lag.unpairedEditShare
        repeats = lag.repeats
        composed = lag.composed
        putIn = lag.putIn
        verdict = lag.sentences
    }
}
