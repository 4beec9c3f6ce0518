/// A call that waits for its answer. Belongs to the server's thread; may be kept and answered
/// later. A call that is dropped without a last answer is answered with an error.
public final class VarlinkCall {
    /// Whose call it is.
    public let connection: ConnectionID
    public let peer: Peer
    /// What the caller may do.
    public let access: Access
    /// The full name, such as `io.attune.Control.GetStatus`.
    public let method: String
    /// An object that fits the interface's description.
    public let parameters: JSONValue
    /// Whether the caller takes several answers.
    public let wantsMore: Bool
    /// Whether the caller wants no answer; answering does nothing then.
    public let isOneway: Bool

    private let caller: ServerConnection
    private let slot: ReplySlot
    private let backlogBytes: Int

    init(
        _ call: IncomingCall, caller: ServerConnection, slot: ReplySlot, backlogBytes: Int
    ) {
        connection = caller.id
        peer = caller.peer
        access = caller.access
        method = call.method
        parameters = call.parameters
        wantsMore = call.wantsMore
        isOneway = call.isOneway
        self.caller = caller
        self.slot = slot
        self.backlogBytes = backlogBytes
    }

    deinit {
        if isOpen && !isOneway {
            let error = VarlinkError.methodNotImplemented(method)
            caller.put(VarlinkCall.message(error), in: slot, isLast: true)
        }
    }

    /// Who calls, for the audit trail: the caller's user, behind the person for whom it says to act
    /// (`actor` of its parameters).
    public var actor: String { actor(named: parameters["actor"]?.string) }

    /// The same, with a person who is named elsewhere: up to 100 characters of the name.
    public func actor(named person: String?) -> String {
        let user = "uid \(peer.user)"
        guard let person, person.contains(where: { !$0.isWhitespace }) else { return user }
        return "\(person.prefix(100)) (\(user))"
    }

    /// Whether the caller is there and waits for an answer.
    public var isOpen: Bool { !slot.isFinished && !caller.isClosed }

    /// Whether one more answer of a stream would be taken. False while the caller has not read what
    /// it was sent: drop, count, and say so in the next answer that is taken.
    public var canTake: Bool { isOpen && caller.backlog < backlogBytes }

    /// The parameters as a type. Since they fit the interface, this fails only where type and
    /// interface differ, or a number is out of range.
    public func decode<Parameters: Decodable>(
        _ type: Parameters.Type = Parameters.self
    ) throws(VarlinkError) -> Parameters {
        do throws(JSONMismatch) {
            return try parameters.decode(type)
        } catch {
            throw .invalidParameter(error.path, reason: error.reason)
        }
    }

    /// The parameters of a typed method.
    public func parameters<Method: VarlinkMethod>(
        of method: Method.Type
    ) throws(VarlinkError) -> Method.Parameters {
        try decode(Method.Parameters.self)
    }

    /// Answers.
    /// - Parameter continues: more answers follow; only for callers that want more.
    /// - Returns: false where the answer was dropped: nobody waits, or with `continues` the caller
    ///   is too slow (`canTake`).
    @discardableResult
    public func reply(_ parameters: JSONValue = .object([:]), continues: Bool = false) -> Bool {
        if isOneway || !isOpen { return false }
        if continues && (!wantsMore || !canTake) { return false }
        var message: [String: JSONValue] = ["parameters": parameters]
        if continues { message["continues"] = true }
        caller.put(.object(message), in: slot, isLast: !continues)
        return true
    }

    /// Answers with a Codable value.
    @discardableResult
    public func reply<Reply: Encodable>(_ value: Reply, continues: Bool = false) -> Bool {
        do throws(JSONMismatch) {
            return reply(try JSONValue(encoding: value), continues: continues)
        } catch {
            fail(.invalidParameter("reply", reason: error.description))
            return false
        }
    }

    /// Gives one more answer of a stream.
    /// - Returns: false where it was dropped: nobody waits, or the caller is too slow (`canTake`).
    @discardableResult
    public func reply(_ encoded: EncodedReply) -> Bool {
        guard !isOneway, wantsMore, canTake else { return false }
        caller.put(encoded.bytes, in: slot, isLast: false)
        return true
    }

    /// Answers with an error.
    public func fail(_ error: VarlinkError) {
        if isOneway || !isOpen { return }
        caller.put(VarlinkCall.message(error), in: slot, isLast: true)
    }

    /// Answers with an error of `io.attune.Control`.
    public func fail(_ error: ControlError) { fail(error.varlink) }

    /// Answers with an error of `io.attune.Link`.
    public func fail(_ error: LinkRefusal) { fail(error.varlink) }

    /// Refuses with an error of `io.attune.Study`.
    public func fail(_ error: StudyRefusal) { fail(error.varlink) }

    /// Answers with an error of `io.attune.Review`.
    public func fail(_ error: ReviewRefusal) { fail(error.varlink) }

    static func message(_ error: VarlinkError) -> JSONValue {
        ["error": .string(error.name), "parameters": error.parameters]
    }
}
