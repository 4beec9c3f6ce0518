import SessionStore
import Timebase

/// How a channel's values become a signal's digits and what the header says of that.
///
/// Whole numbers with a linear unit keep their digits where these fit, so that nothing is lost; all other
/// values are rounded to the nearest of the file's steps. The lowest digit never is a value: it says that there
/// is none.
struct EDFScale {
    /// What a first reading finds out about a channel.
    struct Extent {
        /// Of stored whole numbers.
        var raw: ClosedRange<Int64>?
        /// Of physical values.
        var values: ClosedRange<Double>?

        /// Beyond this a header cannot tell the range.
        static let largest = 1e300

        mutating func take(_ column: SampleColumn, _ form: SampleForm) {
            if case .integers(let numbers) = column, let low = numbers.min(),
                let high = numbers.max()
            {
                raw = min(raw?.lowerBound ?? low, low)...max(raw?.upperBound ?? high, high)
            }
            for value in form.values(column) where value.magnitude <= Self.largest {
                if let known = values {
                    if value < known.lowerBound { values = value...known.upperBound }
                    if value > known.upperBound { values = known.lowerBound...value }
                } else {
                    values = value...value
                }
            }
        }
    }

    let lowest: Int32
    let highest: Int32
    let physicalLow: EDFText.Number
    let physicalHigh: EDFText.Number
    /// Whether the digits are the stored values, up to a distance and a sign.
    let isExact: Bool
    /// Largest difference between a value and what readers make of its digit, in the channel's unit.
    let error: Double
    private let sign: Int64
    private let shift: Int64

    /// The digit that says that there is no value.
    var missing: Int32 { lowest }
    /// The value that readers see where there is none.
    var missingValue: Double { physicalLow.value }
    /// In words, for the table beside the file.
    var relation: String {
        isExact ? "digit = \(sign < 0 ? "-" : "")raw - \(shift)" : "rounded to the nearest step"
    }

    /// Whether a channel's whole numbers are kept as they are.
    private static func isLinear(_ channel: ChannelDescription) -> Bool {
        channel.storage == .integer && channel.conversion == nil && channel.scale != 0
            && channel.scale.isFinite && channel.offset.isFinite
    }

    /// Whether a channel's whole numbers need more than 16 bits.
    static func needsMore(
        _ extent: Extent, _ channel: ChannelDescription, _ form: SampleForm
    ) -> Bool {
        let channel = channel.values(by: form)
        guard isLinear(channel), let raw = extent.raw else { return false }
        return digits(of: raw, sign: 1).map { $0.count > 1 << 16 } ?? true
    }

    /// - Parameter isWide: whether the file has 24 bits instead of 16.
    init(
        _ extent: Extent, _ channel: ChannelDescription, _ form: SampleForm, isWide: Bool
    ) {
        let channel = channel.values(by: form)
        let limits: ClosedRange<Int64> = isWide ? -8_388_608...8_388_607 : -32_768...32_767
        let sign: Int64 = channel.scale < 0 ? -1 : 1
        if Self.isLinear(channel), let raw = extent.raw,
            let digits = Self.digits(of: raw, sign: sign), digits.count <= limits.count,
            (extent.values?.upperBound ?? 0).magnitude < 1e8,
            (extent.values?.lowerBound ?? 0).magnitude < 1e7
        {
            let fits = limits.contains(digits.lowerBound) && limits.contains(digits.upperBound)
            let shift = fits ? 0 : digits.lowerBound - limits.lowerBound
            func physical(_ digit: Int64) -> Double {
                Double(sign * (digit + shift)) * channel.scale + channel.offset
            }
            // Among the ends that are allowed, the nearest whose value 8 bytes hold exactly.
            func end(_ first: Int64, _ last: Int64, _ step: Int64) -> (
                Int64, EDFText.Number, Double
            ) {
                for digit in stride(from: first, through: last, by: Int(step)).prefix(4096) {
                    if let number = EDFText.exact(physical(digit)) { return (digit, number, 0) }
                }
                let number = EDFText.outward(physical(first), isUp: step > 0)
                return (first, number, (number.value - physical(first)).magnitude)
            }
            let low = end(digits.lowerBound - shift, limits.lowerBound, -1)
            let high = end(max(digits.upperBound - shift, low.0 + 1), limits.upperBound, 1)
            self.sign = sign
            self.shift = shift
            isExact = true
            (lowest, physicalLow) = (Int32(low.0), low.1)
            (highest, physicalHigh) = (Int32(high.0), high.1)
            error = max(low.2, high.2)
            return
        }
        let values = extent.values ?? 0...0
        let width = values.upperBound - values.lowerBound
        let margin =
            width > 0 ? width / Double(limits.count - 3) : max(1, values.upperBound.magnitude)
        physicalLow = EDFText.outward(values.lowerBound - margin, isUp: false)
        physicalHigh = EDFText.outward(values.upperBound + (width > 0 ? 0 : margin), isUp: true)
        lowest = Int32(limits.lowerBound)
        highest = Int32(limits.upperBound)
        isExact = false
        error = (physicalHigh.value - physicalLow.value) / Double(limits.count - 1) / 2
        self.sign = 1
        shift = 0
    }

    /// The digits that whole numbers need, with one below them for no value; nil for more than can be told.
    private static func digits(of raw: ClosedRange<Int64>, sign: Int64) -> ClosedRange<Int64>? {
        let most: Int64 = 1 << 40
        guard raw.lowerBound > -most, raw.upperBound < most else { return nil }
        let ends = [raw.lowerBound * sign, raw.upperBound * sign].sorted()
        return ends[0] - 1...ends[1]
    }

    /// The digits of a chunk.
    func digits(_ column: SampleColumn, _ form: SampleForm) -> [Int32] {
        if isExact, case .integers(let raw) = column {
            // The extent was taken of the same values, so that each fits.
            return raw.map { Int32(clamping: $0 * sign - shift) }
        }
        let low = physicalLow.value
        let step = (physicalHigh.value - low) / Double(Int64(highest) - Int64(lowest))
        return form.values(column).map { value in
            guard value.magnitude <= Extent.largest else { return missing }
            let digit = ((value - low) / step).rounded() + Double(lowest)
            return Int32(min(max(digit, Double(lowest) + 1), Double(highest)))
        }
    }
}

extension ChannelDescription {
    /// The channel as its values are written: as stored where the formula is one that this program does not
    /// know.
    fileprivate func values(by form: SampleForm) -> ChannelDescription {
        form.hasValues ? self : ChannelDescription(name: name, storage: storage)
    }
}
