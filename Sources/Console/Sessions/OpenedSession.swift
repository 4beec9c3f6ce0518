import Measures
import SessionStore
import StudyProtocol

/// A session that can be read. Any task may use it.
public final class OpenedSession: Sendable {
    /// As the list shows it, at the time of opening.
    public let listed: ListedSession
    /// The session's file.
    public var path: String { listed.file }
    /// Tells this state of file and review from any other.
    let stamp: String
    /// Differs where what the session tells may differ: by its file, its alignment and its review. nil
    /// while it may still grow.
    let version: String?
    /// What people corrected in the signals.
    let corrections: SignalCorrections
    private let fileStamp: FileStamp
    private let reviewStamp: FileStamp?
    /// Of the study's database, which says whether the session may be shown at all.
    private let studyStamp: FileStamp?
    private let threads: ReadingThreads
    /// Of a finished session; of others each reading opens one of its own, and closes it.
    private let reader: SessionReader?

    /// Opens a file; waits for the disk.
    /// - Throws: `ConsoleRefusal`.
    init(_ listed: ListedSession, threads: ReadingThreads) throws {
        self.listed = listed
        self.threads = threads
        // The stamps are taken before the file is read: a change in between makes this one too old.
        let reviewPath = SessionReview(path: listed.file).reviewPath
        guard listed.state != .withdrawn else {
            throw ConsoleRefusal(
                .gone, "The participant withdrew from this session, so that it is not shown.")
        }
        guard let fileStamp = FileStamp(listed.file) else {
            throw ConsoleRefusal(
                .notFound,
                "The session's file is not there any more: \(Self.name(of: listed)). Look whether it "
                    + "was moved, or restore it from a copy.")
        }
        let refusal: String?
        do throws(SessionStoreError) {
            refusal = try TombstoneCheck.refusal(of: listed.file)
        } catch {
            // Who does not know whether something was deleted does not show it.
            throw Self.explained(error, of: listed)
        }
        if let refusal { throw ConsoleRefusal(.gone, "This file is not shown: \(refusal).") }
        self.fileStamp = fileStamp
        reviewStamp = FileStamp(reviewPath)
        studyStamp = FileStamp(StudyDirectory.database(of: listed.file))
        stamp = fileStamp.text + "-" + (reviewStamp?.text ?? "0")
        do {
            let reader = try SessionReader.open(at: listed.file)
            corrections =
                reviewStamp != nil && listed.isFinished
                ? try SignalCorrections(reviewOf: listed.file) : SignalCorrections()
            if listed.isFinished {
                self.reader = reader
                version = "\(fileStamp.text)-a\(reader.alignment?.id ?? 0)-r\(corrections.version)"
            } else {
                self.reader = nil
                version = nil
                try reader.close()
            }
        } catch {
            throw Self.explained(error, of: listed)
        }
    }

    /// Whether file, review and the study's database are still those that were opened.
    var isCurrent: Bool {
        FileStamp(path) == fileStamp
            && FileStamp(SessionReview(path: path).reviewPath) == reviewStamp
            && FileStamp(StudyDirectory.database(of: path)) == studyStamp
    }

    /// Reads the session on a thread of the shelf.
    /// - Parameter body: gets the reader; must not keep it.
    /// - Throws: what the body throws; a failure of the file as `ConsoleRefusal`.
    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (SessionReader) throws -> Result
    ) async throws -> Result {
        try await threads.run { [self] in try readNow(body) }
    }

    /// Reads the session on the caller's thread, which must be one that may wait for the disk.
    func readNow<Result>(_ body: (SessionReader) throws -> Result) throws -> Result {
        do {
            if let reader { return try body(reader) }
            let own = try SessionReader.open(at: path)
            defer { try? own.close() }
            return try body(own)
        } catch let error as SessionStoreError {
            throw Self.explained(error, of: listed)
        }
    }

    /// The file's place below the data directory's study, without what is above it.
    private static func name(of listed: ListedSession) -> String {
        listed.file.split(separator: "/").suffix(3).joined(separator: "/")
    }

    /// What is wrong with a file, for the page.
    static func explained(_ error: SessionStoreError, of listed: ListedSession) -> ConsoleRefusal {
        let words = error.message.replacing(listed.file, with: name(of: listed))
        let text = words.prefix(1).uppercased() + words.dropFirst() + "."
        return switch error.code {
        case .missing: ConsoleRefusal(.notFound, text)
        case .locked: ConsoleRefusal(.serviceUnavailable, text)
        case .invalidInput: ConsoleRefusal(.badRequest, text)
        default: ConsoleRefusal(.unprocessableContent, text)
        }
    }
}
