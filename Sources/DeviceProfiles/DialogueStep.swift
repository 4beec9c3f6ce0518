/// One step of the talk with a device before it starts to send, or when it is to stop.
public enum DialogueStep: Hashable, Sendable {
    /// Writes these bytes.
    case send([UInt8])
    /// Writes these bytes to a characteristic, by its index in the transport's list.
    case write([UInt8], characteristic: Int)
    /// Does nothing for so long.
    case wait(milliseconds: Int)
    /// Reads until the reply came; without it the dialogue has failed. What is read before the
    /// reply is thrown away. `ReplyMatcher` does the search.
    case expect(ExpectedReply, timeoutMilliseconds: Int)
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
