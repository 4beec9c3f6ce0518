/// Tells from packet numbers that lines were lost, and from the device's clock how many samples of each
/// kind were in them.
///
/// A packet number counts lines of all kinds, so it shows that something is missing and not of what.
/// How many samples of a kind there should have been follows from its rate and the device's own
/// milliseconds: up to the last line the two kept within a fraction of a sample, and the number that
/// puts them there again is what went missing.
struct EmotibitCounter: Hashable, Sendable {
    /// What a line tells of what came before it.
    enum Finding: Hashable, Sendable {
        case nothing
        /// So many samples of this line's kind are missing before it.
        case missing(Int64)
        /// Something may be missing, and nobody can tell how much.
        case unknown
        /// The device started anew.
        case restarted
        /// An older line that was overtaken; what it holds has been counted as missing.
        case late
    }

    private struct Kind: Hashable, Sendable {
        var milliseconds: Int64
        var samples: Int64 = 0
        var isSuspect = false
        /// Expected minus counted samples at the latest lines.
        var residuals: [Double] = []
    }

    private var lastPacket: Int64?
    private var lastMilliseconds: Int64 = 0
    private var kinds: [String: Kind] = [:]
    /// Lines that did not arrive.
    private(set) var lostLines: Int64 = 0

    /// So many lines are remembered: enough for the pattern of a rate, few enough that the crystals'
    /// difference does not show.
    private static let remembered = 48

    /// Takes in a line of a known kind, or of an unknown one, which has a number too.
    mutating func take(_ line: EmotibitLine, rate: Double?, count: Int) -> Finding {
        if let last = lastPacket {
            let step = (line.packet - last) & 0xFFFF
            if line.milliseconds < lastMilliseconds - 2_000 {
                self = EmotibitCounter()
                note(line, rate, count)
                return .restarted
            }
            if step == 0 || step > 32_768 { return .late }
            if step > 1 {
                lostLines += step - 1
                for tag in kinds.keys { kinds[tag]?.isSuspect = true }
            }
        }
        return note(line, rate, count)
    }

    @discardableResult
    private mutating func note(_ line: EmotibitLine, _ rate: Double?, _ count: Int) -> Finding {
        lastPacket = line.packet
        lastMilliseconds = max(lastMilliseconds, line.milliseconds)
        guard var kind = kinds[line.tag] else {
            kinds[line.tag] = Kind(milliseconds: line.milliseconds, residuals: [0])
            return .nothing
        }
        defer { kinds[line.tag] = kind }
        let wasSuspect = kind.isSuspect
        kind.isSuspect = false
        guard let rate else { return wasSuspect ? .unknown : .nothing }
        let expected = Double(line.milliseconds - kind.milliseconds) * rate / 1000
        kind.samples += Int64(count)
        var residual = expected - Double(kind.samples)
        var missing: Int64 = 0
        if wasSuspect {
            let middle = ((kind.residuals.min() ?? 0) + (kind.residuals.max() ?? 0)) / 2
            missing = max(0, Int64((residual - middle).rounded()))
            kind.samples += missing
            residual -= Double(missing)
        }
        kind.residuals.append(residual)
        if kind.residuals.count > Self.remembered { kind.residuals.removeFirst() }
        return missing > 0 ? .missing(missing) : .nothing
    }
}
