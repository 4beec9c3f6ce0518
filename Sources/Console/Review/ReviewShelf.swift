import Review
import SessionStore
import Synchronization
import SystemCalls

/// The review plans of all studies. Any task may use it; what has not changed is not read again.
final class ReviewShelf: Sendable {
    private let surroundings: ConsoleSurroundings
    private let books = Mutex<[String: (stamp: FileStamp, book: ReviewBook)]>([:])

    init(_ surroundings: ConsoleSurroundings) { self.surroundings = surroundings }

    /// An assignment with the plan that it belongs to.
    struct Found: Sendable {
        var book: ReviewBook
        var assignment: ReviewAssignment
        var scheme: RatingScheme

        var form: RatingForm { scheme.form(for: assignment.purpose) }
    }

    /// The plans of a study; nil where there is no such study.
    func book(_ study: String) async throws -> ReviewBook? {
        try await surroundings.shelf.run { [self] in try readBook(study) }
    }

    private func readBook(_ study: String) throws -> ReviewBook? {
        guard (try? StudyDirectory.validate(study, "study")) != nil else { return nil }
        let path = "\(surroundings.settings.dataDirectory)/\(study)/study.db"
        guard let stamp = FileStamp(path) else { return nil }
        if let known = books.withLock({ $0[study] }), known.stamp == stamp { return known.book }
        let database = try StudyDatabase.openForReading(at: path)
        defer { try? database.close() }
        let book = try ReviewBook(study: study, database)
        books.withLock { $0[study] = (stamp, book) }
        return book
    }

    private func allBooks() async throws -> [ReviewBook] {
        try await surroundings.shelf.run { [self] in
            let names = (try? FileSystem.list(surroundings.settings.dataDirectory)) ?? []
            return try names.filter { !$0.hasPrefix(".") }.sorted().compactMap(readBook)
        }
    }

    /// What somebody is to rate, in their order.
    func assignments(of visitor: Visitor) async throws -> [Found] {
        try await allBooks().flatMap { book in
            book.assignments.compactMap { assignment in
                guard Self.isOf(visitor, assignment), !book.isWithdrawn(assignment),
                    let scheme = book.schemes[assignment.plan]
                else { return nil }
                return Found(book: book, assignment: assignment, scheme: scheme)
            }.sorted { one, other in
                let first = book.plans.firstIndex { $0.id == one.assignment.plan } ?? 0
                let second = book.plans.firstIndex { $0.id == other.assignment.plan } ?? 0
                return (first, one.assignment.position) < (second, other.assignment.position)
            }
        }
    }

    /// One of somebody's assignments, with the other ones that they have by its plan.
    /// - Throws: `ConsoleRefusal.missing` where it is not theirs, or is not there at all.
    func assignment(
        _ id: String, of visitor: Visitor
    ) async throws -> (found: Found, others: [Found]) {
        let all = try await assignments(of: visitor)
        guard let found = all.first(where: { $0.assignment.id == id }) else {
            throw ConsoleRefusal.missing("conversation")
        }
        return (
            found,
            all.filter {
                $0.assignment.plan == found.assignment.plan && $0.assignment.id != id
            }
        )
    }

    /// Whether somebody is the rater: by the account's name, or, as a participant who came by a link, by
    /// the one session that the link lets into.
    private static func isOf(_ visitor: Visitor, _ assignment: ReviewAssignment) -> Bool {
        if let session = visitor.session {
            return visitor.has(.participant) && assignment.purpose == .own
                && assignment.session == session
        }
        let role: Role =
            switch assignment.role {
            case .expert: .expert
            case .participant: .participant
            case .researcher: .researcher
            }
        return visitor.name == assignment.rater && visitor.has(role)
    }
}
