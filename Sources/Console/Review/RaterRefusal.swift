import HTTPTypes

/// What a rater may be told of why something does not work. Whatever else goes wrong is told in general
/// words, since messages name sessions and files.
struct RaterRefusal: Error {
    var status: HTTPResponse.Status
    var message: String

    init(_ status: HTTPResponse.Status, _ message: String) {
        self.status = status
        self.message = message
    }

    static let locked = RaterRefusal(
        .conflict, "This is locked: what was said in it stays as it is.")
}
