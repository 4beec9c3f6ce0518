/// What was done to an annotation. Each is a row with the whole state that it led to.
public enum AnnotationAction: String, CaseIterable, Hashable, Sendable {
    case add, change, remove
    /// The state before somebody's last action is there again.
    case undo
    /// What was undone is done again.
    case redo
    /// It came from another program's file.
    case `import`

    /// Whether the annotation comes into being by it.
    public var isFirst: Bool { self == .add || self == .import }
}
