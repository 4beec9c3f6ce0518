import Glibc
import Measures
import SessionStore
import SystemCalls

/// Why an export could not be written.
public struct ExportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for programs that decide on it.
    public enum Code: Hashable, Sendable {
        /// The session could not be read.
        case session(SessionStoreError.Code)
        /// The directory holds something already.
        case notEmpty
        /// The directory holds something that no export wrote, so that it is not replaced either.
        case notAnExport
        /// The directory, or the one above it, cannot be written by this process.
        case readOnly
        /// The disk is full, or a limit on files is reached.
        case diskFull
        /// The key of pseudonyms is missing or none.
        case key
        /// What was asked for cannot be written in this format, or there is nothing of it.
        case nothing
        /// A frozen dataset does not agree with its files.
        case changed
        /// A program or library that a format needs is missing or failed.
        case tool
        /// The one who asked for it does not want it any more.
        case cancelled
        /// Anything else that the kernel reports.
        case inputOutput
    }

    public var code: Code
    /// What happened and what to do about it, with the path.
    public var message: String
    /// The failure below, in its own words; nil where there is none.
    public var cause: String?

    public init(code: Code, message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }

    /// The error for a session that cannot be read.
    static func reading(_ error: SessionStoreError) -> ExportError {
        ExportError(code: .session(error.code), message: error.message, cause: error.cause)
    }

    /// The error for whatever a format's code threw.
    /// - Parameter directory: what the export was to become.
    static func wrapping(_ error: any Error, directory: String) -> ExportError {
        switch error {
        case let error as ExportError: error
        case let error as SessionStoreError: .reading(error)
        case let error as SystemError: .system(error, directory: directory)
        case let error as MeasureError: ExportError(code: .nothing, message: error.message)
        default:
            ExportError(
                code: .inputOutput, message: "writing \(directory) failed", cause: "\(error)")
        }
    }

    /// The error for a failed system call.
    /// - Parameter directory: what the export was to become.
    static func system(_ error: SystemError, directory: String) -> ExportError {
        let cause = error.description
        switch error.code {
        case ENOSPC, EDQUOT, EFBIG:
            return ExportError(
                code: .diskFull,
                message: "no room left for \(directory); nothing was written; free space on its "
                    + "disk or choose another with --out", cause: cause)
        case EACCES, EPERM, EROFS:
            return ExportError(
                code: .readOnly,
                message: "\(directory) cannot be written; check the rights of the directory above "
                    + "it or choose another with --out", cause: cause)
        case ENOTEMPTY, EEXIST, ENOTDIR:
            return ExportError(
                code: .notEmpty,
                message: "\(directory) is in the way; choose a new directory with --out",
                cause: cause)
        default:
            return ExportError(
                code: .inputOutput, message: "writing \(directory) failed; nothing is left of it",
                cause: cause)
        }
    }
}

/// Calls into the session store from code that throws `ExportError`.
func fromStore<Result>(
    _ body: () throws(SessionStoreError) -> Result
) throws(ExportError) -> Result {
    do { return try body() } catch { throw .reading(error) }
}
