/// What an ELAN annotation document holds, with the time of every annotation found.
public struct ElanDocument: Sendable {
    public struct Entry: Hashable, Sendable {
        /// Milliseconds.
        public var start: Double
        public var end: Double
        public var value: String
        /// What tiers of symbolic association say of it, by their names.
        public var more: [String: String]
        /// What the vocabulary calls it in each language; empty where it is of none.
        public var alternatives: [String] = []
    }

    public struct Tier: Hashable, Sendable {
        public var name: String
        /// Name of its linguistic type.
        public var type: String
        /// Whom it is about, and who made it; empty where nobody said.
        public var participant = ""
        public var annotator = ""
        public var entries: [Entry]
    }

    /// A tier of symbolic association, whose values went to the annotations that they are said of.
    public struct Attached: Hashable, Sendable {
        public var tier: String
        public var parent: String
        public var count: Int
    }

    /// The session that the file says it is of; nil where it was not made here.
    public var session: String?
    public var tiers: [Tier]
    public var attached: [Attached] = []
    /// What could not be taken, in words.
    public var problems: [String]

    /// Reads a document.
    /// - Throws: for what is no ELAN document, with the line.
    public static func read(_ bytes: [UInt8]) throws(ReviewError) -> ElanDocument {
        let root = try XMLReader.read(bytes)
        guard root.name == "ANNOTATION_DOCUMENT" else {
            throw ReviewError(
                .invalid, "the file is no ELAN document: its first element is '\(root.name)'")
        }
        if let units = root.first("HEADER")?.attributes["TIME_UNITS"], units != "milliseconds" {
            throw ReviewError(.invalid, "its times are in '\(units)', not in milliseconds")
        }
        return ElanTimes(root).document
    }
}
