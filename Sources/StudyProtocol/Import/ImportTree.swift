import Foundation

/// A JSON value as surveys have them: numbers and truth values often stand there as texts.
indirect enum ImportTree: Decodable {
    case null
    case truth(Bool)
    case number(Double)
    case text(String)
    case list([ImportTree])
    case object([String: ImportTree])

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: ImportKey.self) {
            var members: [String: ImportTree] = [:]
            for key in object.allKeys {
                members[key.stringValue] = try object.decode(ImportTree.self, forKey: key)
            }
            self = .object(members)
            return
        }
        if var list = try? decoder.unkeyedContainer() {
            var elements: [ImportTree] = []
            while !list.isAtEnd { elements.append(try list.decode(ImportTree.self)) }
            self = .list(elements)
            return
        }
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            self = .null
        } else if let truth = try? single.decode(Bool.self) {
            self = .truth(truth)
        } else if let number = try? single.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try single.decode(String.self))
        }
    }

    /// Parses a text.
    static func parse(_ text: String) throws(ImportError) -> ImportTree {
        do {
            return try JSONDecoder().decode(ImportTree.self, from: Data(text.utf8))
        } catch let error as DecodingError {
            if case .dataCorrupted(let context) = error {
                let cause = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"]
                throw .notJSON("\(cause ?? context.debugDescription)")
            }
            throw .notJSON("\(error)")
        } catch {
            throw .notJSON("\(error)")
        }
    }

    subscript(key: String) -> ImportTree {
        if case .object(let members) = self { members[key] ?? .null } else { .null }
    }

    var isNull: Bool { if case .null = self { true } else { false } }

    /// A text, or a number or truth value as one.
    var string: String? {
        switch self {
        case .text(let text): text
        case .number(let value): value.plain
        case .truth(let truth): truth ? "true" : "false"
        default: nil
        }
    }

    var number: Double? {
        switch self {
        case .number(let value): value
        case .text(let text):
            Double(text.trimmingCharacters(in: .whitespaces)).flatMap { $0.isFinite ? $0 : nil }
        default: nil
        }
    }

    var integer: Int? { number.flatMap { Int(exactly: $0) } }

    /// Whether it says yes: `true`, `"true"`, `"ON"`, 1.
    var isYes: Bool {
        switch self {
        case .truth(let truth): truth
        case .number(let value): value == 1
        case .text(let text): ["true", "on", "1", "yes"].contains(text.lowercased())
        default: false
        }
    }

    /// The elements of a list; of an object with numbers as keys, the members in their order.
    var elements: [ImportTree] {
        switch self {
        case .list(let elements): elements
        case .object(let members):
            members.sorted {
                let (left, right) = (Double($0.key) ?? .infinity, Double($1.key) ?? .infinity)
                return left == right ? $0.key < $1.key : left < right
            }.map(\.value)
        default: []
        }
    }

    /// The members of an object by their key; of a list, by position from 1.
    var members: [String: ImportTree] {
        switch self {
        case .object(let members): members
        case .list(let elements):
            Dictionary(uniqueKeysWithValues: elements.enumerated().map { ("\($0 + 1)", $1) })
        default: [:]
        }
    }
}

private struct ImportKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// Why a file cannot be imported at all.
public enum ImportError: Error, Hashable, Sendable, CustomStringConvertible {
    case notJSON(String)
    case notASurvey
    case notAnExport(String)
    case nothing

    public var description: String {
        switch self {
        case .notJSON(let reason): "this is not JSON: \(reason)"
        case .notASurvey:
            "expected a Qualtrics survey with SurveyElements, found another JSON file; export it "
                + "with Tools, Import/Export, Export Survey"
        case .notAnExport(let reason):
            "expected a Qualtrics data export with three header rows (names, texts, ImportIds): "
                + reason
        case .nothing: "there is no question in it that could be taken"
        }
    }
}
