/// A declared type with rules that go beyond its fields' types.
///
/// `check(_:)` runs right after the value was read, unless a part of it could not be.
public protocol CheckedDeclaration: Decodable {
    /// Reports what is wrong.
    func check(_ report: inout DeclarationReport)
}

/// Collects the mistakes that a `CheckedDeclaration` finds in itself.
public struct DeclarationReport {
    var found: [(keys: [String], message: String)] = []

    /// Reports a mistake at the value of a key (or of an element: its index as text). A key that is
    /// not in the file gives the place of the nearest mapping around it.
    public mutating func add(at keys: String..., message: String) {
        found.append((keys, message))
    }

    /// The same with the keys as an array; none stand for the value itself.
    public mutating func add(at keys: [String], message: String) {
        found.append((keys, message))
    }

    /// Reports a number that is outside a range.
    public mutating func require<Number: Comparable>(
        _ value: Number?, in range: ClosedRange<Number>, at keys: String...
    ) {
        require(value, in: range, at: keys)
    }

    /// The same with the keys as an array.
    public mutating func require<Number: Comparable>(
        _ value: Number?, in range: ClosedRange<Number>, at keys: [String]
    ) {
        guard let value, !range.contains(value) else { return }
        add(
            at: keys,
            message: "expected \(range.lowerBound) to \(range.upperBound), found \(value)")
    }

    /// Reports a text that is no name: letters, digits, `-`, `_` and `.`, at most 64.
    public mutating func requireName(_ text: String?, at keys: String...) {
        requireName(text, at: keys)
    }

    /// The same with the keys as an array.
    public mutating func requireName(_ text: String?, at keys: [String]) {
        guard let text else { return }
        let allowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard !allowed || text.isEmpty || text.utf8.count > 64 else { return }
        add(
            at: keys,
            message: "expected a name of letters, digits, '-', '_' and '.', found '\(text)'")
    }
}
