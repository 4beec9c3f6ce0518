import Foundation
import Hummingbird
import Link
import NIOCore
import SessionStore
import Web

/// A request that was let in: its visitor has one of the roles that its address asks for, and, where it
/// changes something, it comes from our own page.
struct ConsoleCall: Sendable {
    let request: Request
    let context: WebRequestContext
    let visitor: Visitor

    /// Refuses a session that is not this visitor's: participants have the one of their link alone.
    ///
    /// - Parameter session: the whole id.
    func admit(to session: String) throws(ConsoleRefusal) {
        if visitor.session == nil && visitor.has(.researcher) { return }
        guard let own = visitor.session, own.lowercased() == session.lowercased() else {
            throw .missing("session")
        }
    }

    /// A part of the path, as it is named in the route.
    func parameter(_ name: String) throws(ConsoleRefusal) -> String {
        guard let value = context.parameters.get(name), value.utf8.count <= 200 else {
            throw .missing(name)
        }
        return value
    }

    /// The study that the path names: one that there is.
    func study(on shelf: SessionShelf) async throws -> String {
        let study = try parameter("study")
        guard (try? StudyDirectory.validate(study, "study")) != nil,
            try await shelf.hasStudy(study)
        else { throw ConsoleRefusal.missing("study") }
        return study
    }

    /// A value of the query; nil where it is left out.
    func query(_ name: String) -> String? {
        request.uri.queryParameters[Substring(name)].map(String.init)
    }

    /// A finite number of the query; nil where it is left out.
    func number(_ name: String) throws(ConsoleRefusal) -> Double? {
        guard let text = query(name) else { return nil }
        guard let value = Double(text), value.isFinite else {
            throw ConsoleRefusal(.badRequest, "'\(name)' has to be a number.")
        }
        return value
    }

    /// The body, read as JSON.
    func body<Value: Decodable>(_ type: Value.Type, most: Int = 256 << 10) async throws -> Value {
        guard request.isJSON else {
            throw ConsoleRefusal(
                .unsupportedMediaType, "The content type has to be application/json.")
        }
        let bytes = try await request.bytes(most: most)
        do {
            return try JSONValue(parsing: bytes[...]).decode(type)
        } catch let mismatch as JSONMismatch where mismatch.reason.hasPrefix("Cannot initialize") {
            // Swift's own words for a name that is none of those that there are.
            throw ConsoleRefusal(
                .badRequest, "The request cannot be understood: '\(mismatch.path)' cannot be that.")
        } catch {
            throw ConsoleRefusal(.badRequest, "The request cannot be understood: \(error).")
        }
    }
}
