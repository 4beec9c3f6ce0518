/// What a participant answered to an item.
///
/// In JSON: `null`; a number; a text; a list of chosen values; or `{"choices": [2], "texts":
/// {"2": "…"}}` where something was written beside an option. A single choice may be a number, too.
public enum Answer: Hashable, Sendable {
    case none
    case number(Double)
    case text(String)
    /// Values of the chosen options, and what was written beside them, by value.
    case choices([Int], texts: [Int: String] = [:])

    /// Whether there is nothing in it: no answer, an empty text, no option.
    public var isEmpty: Bool {
        switch self {
        case .none: true
        case .number: false
        case .text(let text): text.allSatisfy(\.isWhitespace)
        case .choices(let values, _): values.isEmpty
        }
    }

    /// The answer as one number, where it is one.
    public var number: Double? {
        switch self {
        case .number(let value): value
        case .choices(let values, _) where values.count == 1: Double(values[0])
        default: nil
        }
    }

    /// The values of the chosen options, where it is a choice.
    public var chosen: [Int]? {
        switch self {
        case .choices(let values, _): values
        case .number(let value): Int(exactly: value).map { [$0] }
        case .none: []
        case .text: nil
        }
    }
}

extension Answer: Codable {
    private enum CodingKeys: String, CodingKey { case choices, texts }

    public init(from decoder: any Decoder) throws {
        if let keyed = try? decoder.container(keyedBy: CodingKeys.self),
            keyed.contains(.choices)
        {
            let values = try keyed.decode([Int].self, forKey: .choices)
            let texts = try keyed.decodeIfPresent([String: String].self, forKey: .texts) ?? [:]
            var byValue: [Int: String] = [:]
            for (key, text) in texts {
                guard let value = Int(key) else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .texts, in: keyed,
                        debugDescription: "expected an option's value as key, found '\(key)'")
                }
                byValue[value] = text
            }
            self = .choices(values, texts: byValue)
            return
        }
        if let list = try? [Int](from: decoder) {
            self = .choices(list)
            return
        }
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            self = .none
        } else if let text = try? single.decode(String.self) {
            self = .text(text)
        } else if let number = try? single.decode(Double.self), number.isFinite {
            self = .number(number)
        } else {
            throw DecodingError.dataCorruptedError(
                in: single,
                debugDescription: "expected null, a number, a text, a list of whole numbers, or "
                    + "an object with choices")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .choices(let values, let texts) where !texts.isEmpty:
            var keyed = encoder.container(keyedBy: CodingKeys.self)
            try keyed.encode(values, forKey: .choices)
            try keyed.encode(
                Dictionary(uniqueKeysWithValues: texts.map { (String($0), $1) }), forKey: .texts)
        case .choices(let values, _): try values.encode(to: encoder)
        case .none:
            var single = encoder.singleValueContainer()
            try single.encodeNil()
        case .number(let value):
            var single = encoder.singleValueContainer()
            // Whole numbers are written as such, for readers that tell 4 from 4.0.
            if let whole = Int(exactly: value) {
                try single.encode(whole)
            } else {
                try single.encode(value)
            }
        case .text(let text):
            var single = encoder.singleValueContainer()
            try single.encode(text)
        }
    }
}
