import Yams

/// A place in a text, from 1.
struct Place {
    var line: Int
    var column: Int

    init(_ node: Node) {
        line = max(1, node.mark?.line ?? 1)
        column = max(1, node.mark?.column ?? 1)
    }
}

extension Node {
    /// The place of the value at these keys, or the nearest around it.
    func place(of keys: [String], fallback: Place) -> Place {
        var node = self
        var place = fallback
        for key in keys {
            switch node {
            case .mapping(let mapping):
                guard let pair = mapping.first(where: { $0.key.scalar?.string == key }) else {
                    return place
                }
                node = pair.value
                // An empty value has no place of its own worth showing.
                place = node.isNothing ? Place(pair.key) : Place(node)
            case .sequence(let sequence):
                guard let index = Int(key), sequence.indices.contains(index) else { return place }
                node = sequence[index]
                place = Place(node)
            default:
                return place
            }
        }
        return place
    }

    /// The value at these keys; nil where there is none.
    func value(at keys: [String]) -> Node? {
        keys.reduce(self) { node, key in
            switch node {
            case .mapping(let mapping)?: mapping.first { $0.key.scalar?.string == key }?.value
            case .sequence(let sequence)?:
                Int(key).flatMap { sequence.indices.contains($0) ? sequence[$0] : nil }
            default: nil
            }
        }
    }

    /// Whether this is an empty or null value.
    var isNothing: Bool {
        guard case .scalar(let scalar) = self, scalar.isPlain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// What a person sees here.
    var sight: String {
        switch self {
        case .scalar(let scalar):
            if isNothing { return "nothing" }
            let text = scalar.string
            let short = text.unicodeScalars.count > 60 ? String(text.prefix(57)) + "..." : text
            return scalar.isPlain ? "'\(short)'" : "the text '\(short)'"
        case .mapping: return "a mapping"
        case .sequence: return "a list"
        case .alias: return "an alias"
        }
    }
}

extension Node.Scalar {
    /// Whether the text stands without quotes, so that it may be a number.
    var isPlain: Bool { style == .plain || style == .any }
}
