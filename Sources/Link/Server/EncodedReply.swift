/// One more answer of a stream, written out once for all callers that get the same.
public struct EncodedReply: Sendable {
    /// The message without its NUL.
    let bytes: [UInt8]

    /// - Throws: what the value has that JSON has no word for.
    public init<Reply: Encodable>(_ value: Reply) throws(JSONMismatch) {
        let message: JSONValue = [
            "parameters": try JSONValue(encoding: value), "continues": true,
        ]
        bytes = message.serialised
    }
}
