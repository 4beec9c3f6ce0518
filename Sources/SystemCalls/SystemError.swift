import Glibc

/// A system call that failed: which one, on what, and the kernel's reason.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kernel's error number, such as `ENOENT`.
    public let code: Int32
    /// The call, such as `open`.
    public let call: String
    /// What it was called on, usually a path; empty where there is none.
    public let subject: String

    public init(code: Int32, call: String, subject: String = "") {
        self.code = code
        self.call = call
        self.subject = subject
    }

    /// The kernel's reason in words, such as `No such file or directory`.
    public var reason: String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    public var description: String {
        subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)"
    }
}

/// The one way a system call is made: retries when a signal interrupts it, and throws the kernel's
/// error with the call's name otherwise.
///
/// - Parameters:
///   - call: the call's name, for the error.
///   - subject: what it is called on, for the error.
///   - body: makes the call and returns its result; -1 means that `errno` holds the reason.
@discardableResult
public func systemCall<Result: SignedInteger>(
    _ call: String, _ subject: @autoclosure () -> String = "", _ body: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = body()
        if result != -1 { return result }
        let code = errno
        if code != EINTR { throw SystemError(code: code, call: call, subject: subject()) }
    }
}

/// As `systemCall`, for descriptors that do not block: nil where the call would have had to wait.
public func nonBlockingSystemCall<Result: SignedInteger>(
    _ call: String, _ subject: @autoclosure () -> String = "", _ body: () -> Result
) throws(SystemError) -> Result? {
    while true {
        let result = body()
        if result != -1 { return result }
        let code = errno
        if code == EAGAIN || code == EWOULDBLOCK { return nil }
        if code != EINTR { throw SystemError(code: code, call: call, subject: subject()) }
    }
}
