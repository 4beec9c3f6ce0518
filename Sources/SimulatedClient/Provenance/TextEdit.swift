/// One change on the way from a Suggestion to the sent message.
public struct TextEdit: Hashable, Sendable, Codable {
    /// Where in the Suggestion as it was shown, in UTF-16 code units.
    public var position: Int
    /// What went, and what came in its place.
    public var deleted: String
    public var inserted: String

    public init(position: Int, deleted: String, inserted: String) {
        self.position = position
        self.deleted = deleted
        self.inserted = inserted
    }

    /// Carries edits out; nil where they do not fit the text.
    /// - Parameter edits: ascending and apart, as `ProvenanceReport` gives them.
    public static func apply(_ edits: [TextEdit], to text: String) -> String? {
        let units = Array(text.utf16)
        var result: [UInt16] = []
        var place = 0
        for edit in edits {
            let deleted = Array(edit.deleted.utf16)
            guard edit.position >= place, edit.position + deleted.count <= units.count,
                Array(units[edit.position..<edit.position + deleted.count]) == deleted
            else { return nil }
            result += units[place..<edit.position]
            result += edit.inserted.utf16
            place = edit.position + deleted.count
        }
        result += units[place...]
        return String(decoding: result, as: UTF16.self)
    }
}
