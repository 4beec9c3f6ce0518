/// A variable of measures, as codebooks describe it.
public struct MeasureVariable: Hashable, Sendable {
    /// What its values are.
    public enum Kind: Hashable, Sendable {
        case real
        case integer
        case text
        /// One of these words.
        case category([String])
    }

    /// What a number means.
    public struct Label: Hashable, Sendable {
        public var value: Double
        public var text: String

        public init(_ value: Double, _ text: String) {
            self.value = value
            self.text = text
        }
    }

    /// At most 32 characters of a-z, 0-9 and `_`; differs from the others of its kind of stretch in the
    /// first 8.
    public var name: String
    public var kind: Kind
    /// Empty where there is none.
    public var unit: String
    public var meaning: String
    /// What the numbers mean; empty for measurements.
    public var labels: [Label]

    public init(
        _ name: String, _ kind: Kind, _ unit: String = "", _ meaning: String, labels: [Label] = []
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.meaning = meaning
        self.labels = labels
    }
}
