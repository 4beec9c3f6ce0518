import SessionStore
import Timebase

/// What a scheme says of annotations beside one another: an interval of an exclusive group overlaps no other
/// of it, and a code with a parent lies within an interval of the parent. One person's layer is looked at.
public struct SchemeRules {
    /// An annotation as far as rules are about it.
    public struct Placed: Hashable, Sendable {
        public var annotation: String
        public var scheme: String?
        public var kind: AnnotationKind
        public var code: String
        /// Of a turn or of words, when the turn stood on the screen; nil where nobody knows.
        public var start: Instant?
        public var end: Instant?

        public init(_ change: AnnotationChange, turns: [Int64: Instant] = [:]) {
            annotation = change.annotation
            scheme = change.scheme
            kind = change.kind
            code = change.code
            start = change.start ?? change.turn.flatMap { turns[$0] }
            end = change.kind == .interval ? change.end : nil
        }
    }

    private let scheme: CodingScheme
    private let others: [Placed]

    /// - Parameters:
    ///   - scheme: whose codes are looked at.
    ///   - others: the layer's annotations as they would stand.
    public init(_ scheme: CodingScheme, among others: [Placed]) {
        self.scheme = scheme
        self.others = others.filter { $0.scheme == scheme.name && $0.kind == .interval }
    }

    /// What stands in the way of an annotation, in words; nil where nothing does.
    /// - Parameter needsParent: whether it has to lie within its parent.
    public func problem(of placed: Placed, needsParent: Bool = true) -> String? {
        guard let code = scheme.code(placed.code), let start = placed.start else { return nil }
        if let problem = overlap(of: placed, code, start) { return problem }
        return needsParent ? outside(placed, code, start) : nil
    }

    private func overlap(of placed: Placed, _ code: Code, _ start: Instant) -> String? {
        guard placed.kind == .interval, let end = placed.end, let name = code.group,
            let group = scheme.group(name), group.exclusive
        else { return nil }
        let other = others.first {
            guard $0.annotation != placed.annotation, let from = $0.start, let to = $0.end,
                scheme.code($0.code)?.group == name
            else { return false }
            return from < end && start < to
        }
        return other.map {
            "'\(code.title)' would overlap '\(title($0.code))': of '\(group.title)' one is marked at a time."
        }
    }

    private func outside(_ placed: Placed, _ code: Code, _ start: Instant) -> String? {
        guard let name = code.parent else { return nil }
        let end = placed.end ?? start
        let lies = others.contains {
            guard $0.code == name, $0.annotation != placed.annotation, let from = $0.start,
                let to = $0.end
            else { return false }
            return from <= start && end <= to
        }
        return lies
            ? nil
            : "'\(code.title)' has to lie within one '\(title(name))', which is not marked there."
    }

    /// What an interval would no longer hold: a code that lay within it as it was, and lies in no other.
    public func lost(from before: Placed, to after: Placed, children: [Placed]) -> String? {
        guard let from = before.start, let to = before.end, after.code == before.code else {
            return nil
        }
        for child in children {
            guard let code = scheme.code(child.code), code.parent == before.code,
                let start = child.start, from <= start, child.end ?? start <= to,
                outside(child, code, start) != nil
            else { continue }
            return "'\(code.title)' lies within it: move that first."
        }
        return nil
    }

    private func title(_ code: String) -> String { scheme.code(code)?.title ?? code }
}
