import Yams

/// Decodes one node. Without a node it gives stand-ins, so that reading can go on after a mistake.
final class DeclarationDecoder: Decoder {
    let node: Node?
    let place: Place
    let path: [String]
    let context: DeclarationContext
    /// The keys that the type asked for: all others are unknown.
    private(set) var asked: [String] = []
    private var isKeyed = false

    init(node: Node?, place: Place, path: [String], context: DeclarationContext) {
        self.node = node
        self.place = place
        self.path = path
        self.context = context
    }

    var codingPath: [any CodingKey] { path.map(DeclarationKey.init) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// How deep values may be nested.
    static let maximumDepth = 64

    var form: DeclaredForm {
        guard let node else { return .nothing }
        switch node {
        case .mapping: return .mapping
        case .sequence: return .list
        case .scalar(let scalar):
            if node.isNothing { return .nothing }
            if ScalarReader.truth(scalar) != nil { return .truth }
            return ScalarReader.real(scalar) != nil ? .number : .text
        case .alias: return .nothing
        }
    }

    func note(_ key: String) {
        if !asked.contains(key) { asked.append(key) }
    }

    func report(keys: [String], message: String) {
        guard let node else { return }
        context.record(
            node.place(of: keys, fallback: place), path + keys, message, unread: true)
    }

    /// A decoder of a value below this one.
    func below(_ node: Node?, key: String, place: Place? = nil) -> DeclarationDecoder {
        DeclarationDecoder(
            node: node, place: place ?? node.map(Place.init) ?? self.place, path: path + [key],
            context: context)
    }

    // MARK: The three forms

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        isKeyed = true
        var mapping: Node.Mapping?
        if let node {
            if case .mapping(let found) = node {
                mapping = found
            } else {
                report(keys: [], message: "expected keys with values, found \(node.sight)")
            }
        }
        return KeyedDecodingContainer(MappingReader<Key>(decoder: self, mapping: mapping))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        var nodes: [Node] = []
        if let node {
            if case .sequence(let found) = node {
                nodes = Array(found)
            } else {
                report(keys: [], message: "expected a list, found \(node.sight)")
            }
        }
        return ListReader(decoder: self, nodes: nodes)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        ValueReader(decoder: self)
    }

    // MARK: Reading

    /// The value of any type here.
    func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard path.count <= Self.maximumDepth else {
            report(keys: [], message: "expected at most \(Self.maximumDepth) levels, found more")
            throw DeclarationFailure()
        }
        guard context.spend() else {
            report(keys: [], message: "expected a smaller file, found too many values")
            throw DeclarationFailure()
        }
        if let scalar = try ScalarReader.read(type, from: self) { return scalar }
        let before = context.unread
        let value: Value
        do {
            value = try type.init(from: self)
        } catch let failure as DeclarationFailure {
            throw failure
        } catch {
            guard node != nil else { throw DeclarationFailure() }
            report(keys: [], message: Self.describe(error))
            return try standIn(type)
        }
        refuseUnknownKeys()
        if node != nil, context.unread == before, let checked = value as? any CheckedDeclaration {
            var report = DeclarationReport()
            checked.check(&report)
            for found in report.found { self.report(keys: found.keys, message: found.message) }
        }
        return value
    }

    /// A value that only serves to go on.
    func standIn<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard node != nil else { throw DeclarationFailure() }
        return try DeclarationDecoder(node: nil, place: place, path: path, context: context)
            .value(type)
    }

    private func refuseUnknownKeys() {
        guard isKeyed, case .mapping(let mapping)? = node else { return }
        for (key, _) in mapping {
            guard let name = key.scalar?.string else {
                context.record(
                    Place(key), path, "expected a text as key, found \(key.sight)", unread: false)
                continue
            }
            if asked.contains(name) { continue }
            context.record(
                Place(key), path + [name], NearestKey.message(name, known: asked), unread: false)
        }
    }

    private static func describe(_ error: any Error) -> String {
        switch error {
        case DecodingError.typeMismatch(_, let context),
            DecodingError.valueNotFound(_, let context),
            DecodingError.keyNotFound(_, let context), DecodingError.dataCorrupted(let context):
            context.debugDescription
        default: "\(error)"
        }
    }
}

/// A key or index by its text.
struct DeclarationKey: CodingKey {
    let stringValue: String
    var intValue: Int? { Int(stringValue) }
    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { stringValue = String(intValue) }
}
