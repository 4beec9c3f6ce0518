/// One step of the talk with a device before it starts to send, or when it is to stop.
public enum DialogueStep: Hashable, Sendable {
    /// Writes these bytes.
    case send([UInt8])
    /// Writes these bytes to a characteristic, by its index in the transport's list.
    case write([UInt8], characteristic: Int)
    /// Reads a characteristic's value once, which becomes part of the conversation's settings; see
    /// `ReadValues`. With `isOptional`, a refusal does not end the conversation.
    case read(characteristic: Int, isOptional: Bool)
    /// Does nothing for so long.
    case wait(milliseconds: Int)
    /// Reads until the reply came; without it the dialogue has failed. What is read before the
    /// reply is thrown away. `ReplyMatcher` does the search. With a characteristic, by its index,
    /// only what it says counts.
    case expect(ExpectedReply, timeoutMilliseconds: Int, characteristic: Int? = nil)
}

/// What a device is to answer.
public enum ExpectedReply: Hashable, Sendable {
    /// These bytes, anywhere in what is read.
    case bytes([UInt8])
    /// A text line that begins at `start` (anywhere in what is read) and ends with a newline. An
    /// empty `start` takes any line. The line is kept as the device's answer.
    case line(start: String)
    /// So many bytes, whatever they are.
    case count(Int)
}
