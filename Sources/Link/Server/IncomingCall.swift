/// A message read as a call: its form is right, whether it makes sense is not known yet.
struct IncomingCall {
    let method: String
    let parameters: JSONValue
    let isOneway: Bool
    let wantsMore: Bool

    /// - Throws: the field that is wrong.
    init(_ message: JSONValue) throws(JSONMismatch) {
        guard case .object(let members) = message else {
            throw JSONMismatch(path: "message", reason: "an object is expected")
        }
        func flag(_ name: String) throws(JSONMismatch) -> Bool {
            switch members[name] {
            case nil, .null: return false
            case .bool(let value): return value
            default: throw JSONMismatch(path: name, reason: "a truth value is expected")
            }
        }
        guard case .string(let method)? = members["method"] else {
            throw JSONMismatch(path: "method", reason: "the method's full name is expected")
        }
        self.method = method
        switch members["parameters"] {
        case nil, .null: parameters = .object([:])
        case .object(let given): parameters = .object(given)
        default: throw JSONMismatch(path: "parameters", reason: "an object is expected")
        }
        isOneway = try flag("oneway")
        wantsMore = try flag("more")
        if try flag("upgrade") {
            throw JSONMismatch(path: "upgrade", reason: "no method of this service upgrades")
        }
        if isOneway && wantsMore {
            throw JSONMismatch(path: "more", reason: "oneway and more exclude one another")
        }
    }

    /// The interface's part of the name; empty where there is none.
    var interface: String {
        method.lastIndex(of: ".").map { String(method[..<$0]) } ?? ""
    }

    /// The name within its interface.
    var shortName: String {
        method.lastIndex(of: ".").map { String(method[method.index(after: $0)...]) } ?? method
    }
}
