import ArgumentParser
import Foundation
import Glibc
import Link
import SessionStore
import SystemCalls

/// Has something added to a finished session by whoever may write beside its file: the daemon that
/// serves the data directory, or this program where none does.
struct ReviewOrder {
    /// How long the daemon may take: it finishes other sessions first.
    private static let patience = 600_000

    var file: String
    var global: GlobalOptions

    /// The lock that a daemon holds on a data directory.
    private static let lockName = ".attuned.lock"

    /// Does it.
    /// - Parameters:
    ///   - here: adds to the session's file of that path.
    ///   - daemon: asks for it by the session's id.
    func run<Done>(
        here: (String) throws -> Done, daemon: (VarlinkClient, String) throws -> Done
    ) throws -> Done {
        let path = Self.resolved(file)
        let session = try finishedSession()
        guard let directory = Self.dataDirectory(of: path) else { return try here(path) }
        let lock: SocketLock
        do throws(LinkError) {
            lock = try SocketLock(
                path: "\(directory)/\(Self.lockName)", purpose: "directory \(directory)")
        } catch {
            guard error.code == .inUse || error.code == .permission else { throw error }
            return try daemon(try connect(session, path, directory, error), session)
        }
        return try withExtendedLifetime(lock) { try here(path) }
    }

    /// The session's id; what cannot be aligned is refused before anybody is asked.
    private func finishedSession() throws -> String {
        let reader = try SessionReader.open(at: file, alignment: .recorded)
        defer { try? reader.close() }
        let row = try reader.session()
        guard row.finishedRealtime != nil else {
            let what =
                row.state == .recording
                ? "\(file) is still being recorded; stop it first (attune session stop --wait)"
                : "\(file) is stopped but not finished; the daemon does that in a moment, or when "
                    + "it next starts"
            throw SessionStoreError(code: .wrongState, message: what)
        }
        return row.description.identifier
    }

    /// The path without links; as it is where it cannot be followed.
    private static func resolved(_ path: String) -> String {
        guard let whole = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(whole) }
        return unsafe String(cString: whole)
    }

    /// The data directory that holds a session's file, told by the lock that a daemon left in it.
    private static func dataDirectory(of path: String) -> String? {
        var directory = path
        // DATA/STUDY/PARTICIPANT/file
        for _ in 0..<3 {
            guard let slash = directory.lastIndex(of: "/"), slash != directory.startIndex else {
                return nil
            }
            directory = String(directory[..<slash])
            if FileSystem.exists("\(directory)/\(lockName)") { return directory }
        }
        return nil
    }

    /// Connects to the daemon, once it is sure that it means the same file.
    private func connect(
        _ session: String, _ path: String, _ directory: String, _ refusal: LinkError
    ) throws -> VarlinkClient {
        let client: VarlinkClient
        do {
            client = try global.connect()
        } catch {
            throw ValidationError(
                "\(refusal) Asking it failed: \(error) Name its --runtime if it is another one's.")
        }
        let served = try client.call(ControlInterface.GetStatus.self, .init()).status.data
        guard Self.resolved(served) == directory else {
            throw ValidationError(
                "\(file) is in \(directory), but the daemon at \(global.socket) serves \(served); "
                    + "name the other one's --runtime.")
        }
        let known = try client.call(ControlInterface.GetSession.self, .init(session: session))
        guard Self.resolved(known.session.file) == path else {
            throw ValidationError(
                "\(file) is a copy of \(known.session.file), which the daemon keeps; take that "
                    + "one, or move the copy out of \(directory).")
        }
        client.timeoutMilliseconds = Self.patience
        return client
    }
}
