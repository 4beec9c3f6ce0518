import SystemCalls

/// Why a ring could not be made or opened again: a code for programs, a sentence for people, and
/// the kernel's reason where there is one.
public struct RingError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Code: String, Sendable {
        /// A capacity, name or position that no ring can have.
        case invalidArgument
        /// There is a file at this path already, perhaps with records that nobody has stored yet.
        case exists
        /// The file system, or the process's file size limit, has no room for the ring.
        case noSpace
        /// Another process holds this ring open.
        case inUse
        /// The file is not a ring, or its making was interrupted before it could take a record.
        case notARing
        /// The ring was written in a layout that this version does not know.
        case layoutVersion
        /// The file is shorter or longer than its header says.
        case truncated
        /// The header's fields contradict one another or their checksum.
        case damagedHeader
        /// The ring is of an earlier boot, so that its stamps mean nothing on today's clock.
        case otherBoot
        /// The position to read on from lies outside of what this ring ever published.
        case position
        /// A system call failed; see `cause`.
        case system
    }

    public let code: Code
    /// What is wrong with which file, and what to do.
    public let message: String
    public let cause: SystemError?

    public init(_ code: Code, _ message: String, cause: SystemError? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String {
        if let cause { return "\(message) (\(cause))" }
        return message
    }
}
