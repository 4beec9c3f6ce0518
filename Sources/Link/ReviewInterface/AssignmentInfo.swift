/// That somebody is to rate a session.
public struct AssignmentInfo: Codable, Hashable, Sendable {
    public var id: String
    public var rater: String
    public var role: String
    public var session: String
    public var position: Int
    public var purpose: String
    public var label: String
    public var detail: JSONValue?

    public init(
        id: String, rater: String, role: String, session: String, position: Int, purpose: String,
        label: String, detail: JSONValue? = nil
    ) {
        self.id = id
        self.rater = rater
        self.role = role
        self.session = session
        self.position = position
        self.purpose = purpose
        self.label = label
        self.detail = detail
    }
}
