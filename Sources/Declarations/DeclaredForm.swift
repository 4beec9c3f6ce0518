/// What stands at a place of a declaration file.
public enum DeclaredForm: Hashable, Sendable {
    case nothing, truth, number, text, list, mapping
}

extension Decoder {
    /// What stands here, for types that take more than one form; nil where something else than a
    /// declaration file is being decoded.
    public var declaredForm: DeclaredForm? { (self as? DeclarationDecoder)?.form }

    /// Reports a mistake at a key below this value (none: the value itself) while it is being read.
    /// Reading goes on; the whole file is refused in the end.
    public func refuse(_ message: String, at keys: String...) {
        (self as? DeclarationDecoder)?.report(keys: keys, message: message)
    }
}
