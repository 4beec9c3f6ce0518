/// One request to a store, before it is signed.
struct S3Request {
    var method: String
    /// The whole key; nil for the bucket itself.
    var key: String?
    var query: [String: String] = [:]
    /// Lines of the head, by name.
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// SHA-256 of the body, where it is known already.
    var bodySHA256: String?
    /// Most bytes of the answer's body.
    var most = AnswerReader.most
}

/// What a store answered.
struct S3Answer {
    var status: Int
    /// Lines of the head, by name in lower case.
    var headers: [String: String]
    var body: [UInt8]
}

/// Why there was no answer.
struct TransferFailure: Error, Hashable {
    /// What libcurl says.
    var words: String
    /// Whether the same may go well a moment later.
    var isPassing: Bool
    /// Whether the answer was longer than was asked for.
    var isTooLong: Bool
    /// Whether nobody was there to be asked.
    var isAway = false
    /// Whether somebody answered who could not show to be the store.
    var isUntrusted = false
}
