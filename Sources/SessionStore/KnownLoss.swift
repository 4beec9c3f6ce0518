import Timebase

/// What a gap's row says that a new alignment must take as given.
enum KnownLoss: Equatable {
    /// So many samples are missing: the device's own number shows it.
    case exact(Int64)
    /// Nobody counted what was lost; the device may have begun anew.
    case uncounted
    /// An estimate out of arrival times, which is forgotten and made again.
    case estimate

    /// - Parameter modulus: after how many samples the device's counter starts again.
    init(_ gap: Gap, modulus: Int64?) {
        switch gap.cause {
        case .inferred: self = .estimate
        case _ where gap.lost > 1 << 40: self = .uncounted
        // The bytes that a full ring lost were counted, whole turns of the device's counter among them.
        case .overflow where gap.lostBound == 0: self = .exact(max(0, gap.lost))
        case _ where gap.lostBound == 0:
            // Whole turns of the counter were added from arrival times; the counter shows the rest.
            self = .exact(modulus.map { max(0, gap.lost) % $0 } ?? max(0, gap.lost))
        case .counter, .corrupt, .overflow:
            guard let modulus, gap.lostBound != .max, gap.lostBound % modulus == 0,
                // A count that the arrivals refuted was no count.
                gap.lost > 0 || gap.cause != .counter
            else {
                self = .uncounted
                return
            }
            // Uncertain by whole turns alone.
            self = .exact(max(0, gap.lost) % modulus)
        default: self = .uncounted
        }
    }
}
