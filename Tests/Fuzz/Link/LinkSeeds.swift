import Glibc

@testable import Link

/// Calls of all methods of all interfaces, and the words of which they are made: what libFuzzer begins with.
enum LinkSeeds {
    /// Writes the seeds into a folder, and the dictionary beside them.
    static func write(_ interfaces: some Sequence<InterfaceDescription>, to folder: String) {
        var words: Set<String> = []
        for interface in interfaces {
            for (name, method) in interface.methods {
                for isFull in [false, true] {
                    var maker = Maker(interface: interface, isFull: isFull)
                    let parameters = maker.value(of: method.parameters, depth: 0)
                    if let wrong = interface.mismatch(of: parameters, with: method.parameters) {
                        fatalError("a call of \(name) that is none: \(wrong)")
                    }
                    words.formUnion(maker.words)
                    words.insert("\(interface.name).\(name)")
                    let call = JSONValue.object([
                        "method": .string("\(interface.name).\(name)"), "parameters": parameters,
                    ])
                    // Seven bits of splitting, and the mark of a connection.
                    let seed = [UInt8(name.utf8.count << 1 & 255 | 1)] + call.serialised + [0]
                    put(seed, "\(folder)/\(interface.name).\(name)\(isFull ? "-full" : "")")
                }
            }
            put([0] + Array(interface.text.utf8), "\(folder)/\(interface.name)")
        }
        let lines = words.sorted().map { "\"\\\"\($0)\\\"\"\n" }.joined()
        put(Array(lines.utf8), "\(folder).dict")
    }

    private static func put(_ bytes: [UInt8], _ path: String) {
        guard let file = unsafe fopen(path, "w") else { fatalError("\(path) cannot be written") }
        // The file was opened right above.
        _ = unsafe bytes.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
        _ = unsafe fclose(file)
    }

    /// Makes a value of a type; full ones have all that may be left out.
    private struct Maker {
        let interface: InterfaceDescription
        let isFull: Bool
        var words: Set<String> = []

        mutating func value(of type: InterfaceType, depth: Int) -> JSONValue {
            switch type {
            case .bool: return .bool(isFull)
            case .int: return .integer(isFull ? 1_000_000_000 : 0)
            case .float: return .real(0.5)
            case .string: return .string(isFull ? "AAAAAAAA8D8=" : "p01")
            case .object:
                return .object(isFull ? ["text": .string("a"), "turn": .integer(1)] : [:])
            case .enumeration(let names):
                words.formUnion(names)
                return .string((isFull ? names.last : names.first) ?? "")
            case .optional(let inner):
                return isFull && depth < 5 ? value(of: inner, depth: depth + 1) : .null
            case .array(let element):
                return .array(depth < 5 ? [value(of: element, depth: depth + 1)] : [])
            case .dictionary(let element):
                return .object(depth < 5 ? ["a": value(of: element, depth: depth + 1)] : [:])
            case .named(let name):
                guard let type = interface.types[name] else { fatalError("no type \(name)") }
                return value(of: type, depth: depth)
            case .structure(let fields):
                var members: [String: JSONValue] = [:]
                for field in fields {
                    words.insert(field.name)
                    members[field.name] = value(of: field.type, depth: depth + 1)
                }
                return .object(members)
            }
        }
    }
}

/// Writes the seeds, where the environment asks for them, and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
    // A text of the environment, which nothing changes here.
    guard let folder = unsafe getenv("FUZZ_MAKE_SEEDS") else { return 0 }
    LinkSeeds.write(interfaces.values, to: unsafe String(cString: folder))
    exit(0)
}
