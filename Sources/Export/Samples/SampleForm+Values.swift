import SessionStore
import Timebase

extension SampleForm {
    /// Whether the stored values are whole numbers in the channel's own unit.
    var isPlainInteger: Bool {
        if case .plainInteger = self { true } else { false }
    }

    /// Whether the physical value can be computed; else `values` are those that were stored.
    var hasValues: Bool {
        if case .unknown = self { false } else { true }
    }

    /// A channel's values in its unit, NaN where there is none; as stored where the formula is one that this
    /// program does not know.
    func values(_ column: SampleColumn) -> [Double] {
        switch (self, column) {
        case (.integer(_, let convert), .integers(let raw)): raw.map(convert)
        case (.real(let convert), .reals(let raw)): raw.map(convert)
        case (_, .integers(let raw)): raw.map(Double.init)
        case (_, .reals(let raw)): raw
        }
    }
}
