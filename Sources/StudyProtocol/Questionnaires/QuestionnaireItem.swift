extension Questionnaire {
    /// One question.
    public struct Item: Hashable, Sendable {
        /// How it is answered. Raw values are the names in protocols and on the page.
        public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
            /// One of `points` points, from 1.
            case likert
            /// A number from `minimum` to `maximum` in steps.
            case slider
            /// One or several of the options.
            case choice
            case text
            /// One of `points` points under the figures of a self-assessment manikin.
            case manikin
        }

        /// What a manikin asks for.
        public enum Dimension: String, Hashable, Sendable, Codable, CaseIterable {
            case valence, arousal, dominance
        }

        /// The word at a value of a scale.
        public struct Label: Hashable, Sendable, Codable {
            public var value: Double
            public var text: String

            public init(value: Double, text: String) {
                self.value = value
                self.text = text
            }
        }

        /// One answer to choose.
        public struct Option: Hashable, Sendable, Codable {
            /// What is stored and exported.
            public var value: Int
            /// What the participant reads.
            public var label: String
            /// Whether something can be written beside it ("Other: …").
            public var hasText: Bool

            public init(value: Int, label: String, hasText: Bool = false) {
                self.value = value
                self.label = label
                self.hasText = hasText
            }

            private enum CodingKeys: String, CodingKey { case value, label, hasText = "text" }
        }

        /// Unique in the questionnaire.
        public var name: String
        public var kind: Kind
        /// The question.
        public var text: String
        /// Whether it must be answered where it is asked.
        public var isRequired: Bool
        /// Name of the variable in exports; unique in the protocol.
        public var code: String
        /// What the variable is called in codebooks.
        public var label: String
        /// Whether it keeps its place in a random order.
        public var isFixed: Bool
        /// When it is asked; nil for always.
        public var when: ItemCondition?

        /// Points of a Likert item or manikin.
        public var points: Int?
        /// Words at the values, in the order of these.
        public var labels: [Label]
        /// Ends and step of a slider.
        public var minimum: Double?
        public var maximum: Double?
        public var step: Double?
        /// What can be chosen.
        public var options: [Option]
        /// Whether several options can be chosen.
        public var isMultiple: Bool
        /// Lines of a text's field.
        public var lines: Int?
        /// UTF-16 units of a text at most, as pages count them.
        public var maximumLength: Int?
        public var dimension: Dimension?

        /// - Parameters:
        ///   - code: nil for the name.
        ///   - label: nil for the text.
        public init(
            name: String, kind: Kind, text: String, isRequired: Bool = false, code: String? = nil,
            label: String? = nil, isFixed: Bool = false, when: ItemCondition? = nil,
            points: Int? = nil, labels: [Label] = [], minimum: Double? = nil,
            maximum: Double? = nil, step: Double? = nil, options: [Option] = [],
            isMultiple: Bool = false, lines: Int? = nil, maximumLength: Int? = nil,
            dimension: Dimension? = nil
        ) {
            self.name = name
            self.kind = kind
            self.text = text
            self.isRequired = isRequired
            self.code = code ?? name
            self.label = label ?? text
            self.isFixed = isFixed
            self.when = when
            self.points = points
            self.labels = labels
            self.minimum = minimum
            self.maximum = maximum
            self.step = step
            self.options = options
            self.isMultiple = isMultiple
            self.lines = lines
            self.maximumLength = maximumLength
            self.dimension = dimension
        }

        /// The numbers that an answer can be, lowest and highest; nil where it is none.
        public var range: ClosedRange<Double>? {
            switch kind {
            case .likert, .manikin: return points.map { 1...Double(max($0, 1)) }
            case .slider:
                guard let minimum, let maximum, minimum < maximum else { return nil }
                return minimum...maximum
            case .choice:
                let values = options.map { Double($0.value) }
                guard !isMultiple, let low = values.min(), let high = values.max() else {
                    return nil
                }
                return low...high
            case .text: return nil
            }
        }

        /// Whether an answer is one number, which scales can add up.
        public var isNumeric: Bool { range != nil }
    }
}
