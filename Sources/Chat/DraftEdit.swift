/// One change of the draft: at `position`, `deleted` characters went and `text` came. Counted in
/// user-perceived characters. Applied in order to an empty draft, edits give the draft back.
public struct DraftEdit: Hashable, Sendable {
    public var position: Int
    public var deleted: Int
    public var inserted: Int
    public var editClass: EditClass
    /// What came; leaves the program only with consent.
    public var text: String

    public init(position: Int, deleted: Int, inserted: Int, editClass: EditClass, text: String) {
        self.position = position
        self.deleted = deleted
        self.inserted = inserted
        self.editClass = editClass
        self.text = text
    }
}
