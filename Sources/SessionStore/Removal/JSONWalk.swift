/// Walks over JSON in UTF-16 units and tells where its strings are, also where it is cut off or wrong.
struct JSONWalk {
    /// A string of it.
    struct Literal {
        /// Its content, without the quotes.
        var content: Range<Int>
        /// Which member it is: names, and places in lists, from outside.
        var path: String
    }

    private enum Level {
        case object(name: String, isName: Bool)
        case list(place: Int)

        var word: String {
            switch self {
            case .object(let name, let isName): isName ? "" : name
            case .list(let place): "\(place)"
            }
        }
    }

    private let units: [UInt16]
    private var levels: [Level] = []
    /// Deeper ones are told apart no more; a text may be made of brackets.
    private static let deepest = 32

    private init(_ units: [UInt16]) { self.units = units }

    /// All strings of a text, names of members among them, in their order.
    static func literals(in units: [UInt16]) -> [Literal] {
        var walk = JSONWalk(units)
        return walk.literals()
    }

    private mutating func literals() -> [Literal] {
        var found: [Literal] = []
        var index = 0
        while index < units.count {
            switch UInt8(exactly: units[index]) {
            case UInt8(ascii: "{"): levels.append(.object(name: "", isName: true))
            case UInt8(ascii: "["): levels.append(.list(place: 0))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = levels.popLast()
            case UInt8(ascii: ","): next()
            case UInt8(ascii: ":"):
                if case .object(let name, _)? = levels.last {
                    levels[levels.count - 1] = .object(name: name, isName: false)
                }
            case UInt8(ascii: "\""):
                let end = self.end(of: index + 1)
                found.append(Literal(content: index + 1..<end, path: path))
                if case .object(_, true)? = levels.last {
                    let name = String(decoding: units[index + 1..<end], as: UTF16.self)
                    levels[levels.count - 1] = .object(name: name, isName: true)
                }
                index = end
            default: break
            }
            index += 1
        }
        return found
    }

    private mutating func next() {
        switch levels.last {
        case .object?: levels[levels.count - 1] = .object(name: "", isName: true)
        case .list(let place)?: levels[levels.count - 1] = .list(place: place + 1)
        case nil: break
        }
    }

    /// Where a string's content ends: at its quote, or with the text.
    private func end(of start: Int) -> Int {
        var index = start
        while index < units.count, units[index] != UInt16(UInt8(ascii: "\"")) {
            index += units[index] == UInt16(UInt8(ascii: "\\")) ? 2 : 1
        }
        return min(index, units.count)
    }

    private var path: String {
        levels.prefix(Self.deepest).map(\.word).joined(separator: "/")
    }
}
