import GRDB
import GRDBSQLite
import Glibc
import SystemCalls

extension SessionStoreError {
    /// The error for a result code of SQLite.
    static func sqlite(_ code: Int32, _ text: String, path: String) -> SessionStoreError {
        let cause = "SQLite \(code): \(text)"
        switch code & 0xff {
        case SQLITE_FULL:
            return .diskFull(path, cause)
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            return .readOnly(path, cause)
        case SQLITE_BUSY, SQLITE_LOCKED:
            return SessionStoreError(
                code: .locked,
                message: "\(path) is held by another process; close what has it open and retry",
                cause: cause)
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT:
            return .damaged(path, cause)
        case SQLITE_INTERRUPT, SQLITE_TOOBIG:
            // No recording needs so much; see `SessionConnection`.
            return .damaged(path, "reading it has no end, or it holds something endless")
        case SQLITE_IOERR:
            return SessionStoreError(
                code: .inputOutput,
                message: "reading or writing \(path) failed; look at the disk and its file system",
                cause: cause)
        case SQLITE_CONSTRAINT:
            return SessionStoreError(
                code: .invalidInput, message: "\(path) refuses a row that breaks its schema",
                cause: cause)
        case SQLITE_CANTOPEN:
            return SessionStoreError(
                code: .inputOutput,
                message: "\(path) cannot be opened; look at its rights and its directory's",
                cause: cause)
        default:
            return SessionStoreError(
                code: .other, message: "working with \(path) failed", cause: cause)
        }
    }

    /// Any error from within a database access, as this module's own.
    static func wrapping(_ error: any Error, path: String) -> SessionStoreError {
        switch error {
        case let error as SessionStoreError: error
        case let error as DatabaseError:
            sqlite(error.extendedResultCode.rawValue, error.message ?? "\(error)", path: path)
        case let error as SystemError: system(error, path: path)
        default:
            SessionStoreError(
                code: .other, message: "working with \(path) failed", cause: "\(error)")
        }
    }

    /// The error for a failed system call.
    static func system(_ error: SystemError, path: String) -> SessionStoreError {
        let cause = error.description
        switch error.code {
        case ENOENT, ENOTDIR:
            return SessionStoreError(
                code: .missing, message: "\(path) is not there, or its directory is not",
                cause: cause)
        case EEXIST:
            return SessionStoreError(
                code: .exists, message: "\(path) exists already and is not overwritten",
                cause: cause)
        case EISDIR:
            return SessionStoreError(
                code: .notASession, message: "\(path) is a folder; name a file in it",
                cause: cause)
        case EACCES, EPERM, EROFS: return .readOnly(path, cause)
        case ENOSPC, EDQUOT: return .diskFull(path, cause)
        default:
            return SessionStoreError(
                code: .inputOutput, message: "working with \(path) failed", cause: cause)
        }
    }

    static func diskFull(_ path: String, _ cause: String?) -> SessionStoreError {
        SessionStoreError(
            code: .diskFull, message: "no room left for \(path); free space on its disk",
            cause: cause)
    }

    static func readOnly(_ path: String, _ cause: String?) -> SessionStoreError {
        SessionStoreError(
            code: .readOnly,
            message: "\(path) may not be written; check the rights of the file and its directory",
            cause: cause)
    }

    static func damaged(_ path: String, _ cause: String?) -> SessionStoreError {
        SessionStoreError(
            code: .damaged,
            message: "\(path) is damaged; keep it as it is and restore a copy", cause: cause)
    }

    /// Whether the disk or its file system failed, so that only the file can tell what is in it. A full
    /// disk is none of these: SQLite undoes what did not fit.
    var isOfDisk: Bool {
        switch code {
        case .inputOutput, .readOnly, .damaged, .missing, .other: true
        default: false
        }
    }

    /// Whether the same may work later, when somebody has made room, mended the disk or closed what held
    /// the file.
    public var isPassing: Bool {
        switch code {
        case .inputOutput, .readOnly, .diskFull, .locked: true
        default: false
        }
    }

    static func invalid(_ message: String) -> SessionStoreError {
        SessionStoreError(code: .invalidInput, message: message)
    }
}
