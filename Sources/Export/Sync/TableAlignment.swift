import Timebase

/// What alignment made of a table, for people and programs.
///
/// Times are in nanoseconds, rows are lines of the file counted from 1.
public struct TableAlignment: Sendable {
    /// Lines are kept of so many faults of a kind; their number is told whatever it is.
    static let linesKept = 100

    /// Things of one kind and the lines where they are.
    public struct Places: Hashable, Sendable {
        public var count = 0
        public var lines: [Int] = []

        mutating func add(_ line: Int) {
            count += 1
            if lines.count < TableAlignment.linesKept { lines.append(line) }
        }
    }

    public var rows: Int
    public var segments: Int
    public var isRegular: Bool
    /// Samples a second that were found; nil where there is no rate.
    public var rate: Double?
    /// Parts per million; nil without a nominal rate or clock to differ from.
    public var drift: Double?
    public var jitter: Int64
    public var medianBound: Int64
    public var worstBound: Int64
    /// Samples that no number shows to be missing, with the largest error of that.
    public var inferred = Places()
    public var inferredLost: Int64 = 0
    public var inferredLostBound: Int64 = 0
    /// Losses that the index shows by jumping.
    public var jumps = Places()
    public var jumpsLost: Int64 = 0
    public var resets = Places()
    public var faults: [Alignment.Fault: Places] = [:]
    /// Rows that arrived before the row above them.
    public var backward = Places()
    /// What was taken off for the delay, and its 95% uncertainty, which is in the bound.
    public var delay: Int64
    public var delayUncertainty: Int64

    public init(_ table: ReadingsTable, _ alignment: Alignment, model: ClockModel) {
        rows = table.count
        delay = model.typicalDelay
        delayUncertainty = model.delayUncertainty
        isRegular = alignment.isRegular
        rate = alignment.period > 0 ? 1e9 / alignment.period : nil
        drift = alignment.driftPPM
        jitter = alignment.jitter
        segments = Int(alignment.segments.max().map { $0 + 1 } ?? 0)
        let sorted = alignment.bounds.sorted()
        medianBound = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        worstBound = sorted.last ?? 0
        for loss in alignment.losses {
            inferred.add(table.line(of: loss.reading))
            inferredLost &+= loss.lost
            inferredLostBound &+= loss.lostBound
        }
        for reset in alignment.resets { resets.add(table.line(of: reset)) }
        for (row, fault) in alignment.faults.sorted(by: { $0.key < $1.key }) {
            faults[fault, default: Places()].add(table.line(of: row))
        }
        findJumps(table, step: Self.commonStep(table.readings.index))
    }

    /// The commonest step of the index: 1 for samples, more where a row stands for a packet.
    private static func commonStep(_ index: [Int64]) -> Int64 {
        var counts: [Int64: Int] = [:]
        // The first rows tell.
        for (before, after) in zip(index.prefix(10_000), index.dropFirst()) {
            counts[after &- before, default: 0] += 1
        }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 1
    }

    private mutating func findJumps(_ table: ReadingsTable, step: Int64) {
        let readings = table.readings
        for row in readings.index.indices.dropFirst() {
            let more = readings.index[row] &- readings.index[row - 1] &- step
            if step > 0, more > 0 {
                jumps.add(table.line(of: row))
                jumpsLost &+= more
            }
            if readings.arrival[row] < readings.arrival[row - 1] {
                backward.add(table.line(of: row))
            }
        }
    }

    /// What is known of the clock of a table, by the options of the command.
    /// - Parameter rate: samples a second; nil where it is not known.
    public static func model(
        rate: Double?, delayMilliseconds: Double?, delayUncertaintyMilliseconds: Double?
    ) throws(ReadingsTableError) -> ClockModel {
        if let rate, !(rate >= 1e-6 && rate <= 1e9) {
            throw ReadingsTableError(.option, "--rate wants samples a second, above 0")
        }
        // A day is more than any delay.
        let delay = delayMilliseconds ?? 0
        guard delay.magnitude <= 86_400_000 else {
            throw ReadingsTableError(.option, "--delay-ms wants milliseconds, a day at the most")
        }
        let uncertainty = delayUncertaintyMilliseconds ?? 0
        guard uncertainty >= 0, uncertainty <= 86_400_000 else {
            throw ReadingsTableError(
                .option, "--delay-uncertainty-ms wants milliseconds, 0 to a day")
        }
        return ClockModel(
            kind: .arrival, period: rate.map { 1e9 / $0 } ?? 0,
            typicalDelay: Int64(clamping: (delay * 1e6).rounded()),
            delayUncertainty: Int64(clamping: (uncertainty * 1e6).rounded()))
    }
}
