import Agreement
import Declarations

/// What can be said on an item: whole numbers from one to another, or named options in their order.
public struct RatingScale: Codable, Hashable, Sendable {
    /// A named answer.
    public struct Option: Codable, Hashable, Sendable {
        public var value: Int
        public var label: String

        public init(value: Int, label: String) {
            self.value = value
            self.label = label
        }
    }

    /// What values mean beside each other.
    public enum Level: String, Codable, Hashable, Sendable, CaseIterable {
        /// Categories without an order.
        case nominal
        /// Ordered; the steps need not be alike.
        case ordinal
        /// The steps are alike.
        case interval
        /// And 0 is nothing at all.
        case ratio

        var ofAlpha: KrippendorffAlpha.Level {
            KrippendorffAlpha.Level(rawValue: rawValue) ?? .nominal
        }
    }

    /// With `options` these are left out.
    public var minimum: Int?
    public var maximum: Int?
    /// Words for some of the values, by the value: its anchors.
    public var anchors: [String: String]?
    public var options: [Option]?
    /// By default ordinal for numbers and nominal for options.
    public var level: Level?

    public init(
        minimum: Int? = nil, maximum: Int? = nil, anchors: [String: String]? = nil,
        options: [Option]? = nil, level: Level? = nil
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.anchors = anchors
        self.options = options
        self.level = level
    }

    /// All that can be said, in order.
    public var values: [Int] {
        if let options { return options.map(\.value) }
        guard let minimum, let maximum, minimum <= maximum, maximum - minimum < 1000 else {
            return []
        }
        return Array(minimum...maximum)
    }

    public var meaning: Level { level ?? (options == nil ? .ordinal : .nominal) }

    /// The word for a value; nil where it has none.
    public func label(of value: Int) -> String? {
        options?.first { $0.value == value }?.label ?? anchors?["\(value)"]
    }

    func check(_ report: inout DeclarationReport, at place: [String]) {
        if let options {
            if minimum != nil || maximum != nil || anchors != nil {
                report.add(
                    at: place, message: "a scale has either options, or a minimum and a maximum")
            }
            if options.count < 2 {
                report.add(at: place + ["options"], message: "expected at least two options")
            }
            let values = options.map(\.value)
            if meaning != .nominal, values != values.sorted() {
                report.add(
                    at: place + ["options"],
                    message: "options that have an order are listed in rising order of their values"
                )
            }
            if meaning == .ratio, values.contains(where: { $0 < 0 }) {
                report.add(at: place + ["level"], message: "a ratio has no values below 0")
            }
            for (index, option) in options.enumerated()
            where options[..<index].contains(where: { $0.value == option.value }) {
                report.add(
                    at: place + ["options", "\(index)", "value"],
                    message: "\(option.value) is the value of two options")
            }
            return
        }
        guard let minimum, let maximum else {
            report.add(at: place, message: "a scale needs a minimum and a maximum, or options")
            return
        }
        if minimum >= maximum || maximum - minimum > 100 {
            report.add(
                at: place + ["maximum"],
                message: "expected a maximum 1 to 100 above the minimum, found \(maximum)")
            return
        }
        if meaning == .ratio, minimum < 0 {
            report.add(at: place + ["level"], message: "a ratio has no values below 0")
        }
        for (value, _) in (anchors ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let number = Int(value), (minimum...maximum).contains(number) else {
                report.add(
                    at: place + ["anchors", value],
                    message: "expected a value of the scale, \(minimum) to \(maximum)")
                continue
            }
        }
    }
}
