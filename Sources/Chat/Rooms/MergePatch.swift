import Link

/// Differences of JSON values as merge patches (RFC 7396), with one addition: arrays at certain places
/// hold elements with a `number`, and only those that are new or changed are told.
enum MergePatch {
    /// Places of arrays whose elements are told one by one.
    static let numbered: Set<[String]> = [["chat", "turns"], ["chat", "series"]]

    /// What makes `new` out of `old`; nil where they are equal. A member of an object that is null
    /// counts as absent, as the format has no other way.
    static func between(_ old: JSONValue, _ new: JSONValue) -> JSONValue? {
        between(old, new, at: [])
    }

    private static func between(
        _ old: JSONValue, _ new: JSONValue, at path: [String]
    ) -> JSONValue? {
        if old == new { return nil }
        switch (old, new) {
        case (.object(let before), .object(let after)):
            var patch: [String: JSONValue] = [:]
            for (key, value) in after {
                guard let known = before[key] else {
                    patch[key] = value
                    continue
                }
                patch[key] = between(known, value, at: path + [key])
            }
            for key in before.keys where after[key] == nil { patch[key] = .null }
            return .object(patch)
        case (.array(let before), .array(let after)) where numbered.contains(path):
            let known = Dictionary(
                before.compactMap { item in item["number"]?.integer.map { ($0, item) } },
                uniquingKeysWith: { _, last in last })
            return .array(
                after.filter { item in
                    guard let number = item["number"]?.integer else { return true }
                    return known[number] != item
                })
        default: return new
        }
    }
}
