import HTTPTypes

/// An address of the console, and who may use it.
struct ConsoleRoute: Hashable, Sendable {
    /// What a route gives.
    enum Kind: Hashable, Sendable {
        /// A page: whoever is not signed in is sent to sign in.
        case page
        /// Something that a page asks for.
        case data
        /// For everybody: signing in, and the pages' own files, which hold nobody's data.
        case open
    }

    var method: HTTPRequest.Method
    /// With its parts in braces, such as `/api/sessions/{session}`.
    var path: String
    /// Any one of them is enough; empty for what is open.
    var roles: Set<Role>
    var kind: Kind
}
