/// Why an alignment that was computed is not taken: it cannot be right.
struct AlignmentRefusal: Error {
    /// In words, for the audit.
    var reason: String
}
