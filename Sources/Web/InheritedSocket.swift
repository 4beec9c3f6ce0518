import ServiceManagement

/// A socket for pages that the service manager opened.
public struct InheritedSocket: Hashable, Sendable {
    public let number: Int32
    public let address: ListenAddress

    /// The one for pages among those that this program was started with; nil where there is none. Call
    /// once, before anything else runs.
    /// - Throws: `WebError` where sockets were handed over that nobody can serve pages at.
    public static func take(unit: String) throws -> InheritedSocket? {
        let inherited = try ServiceManager.takeInherited()
        guard let first = inherited.first else { return nil }
        guard inherited.count == 1, let address = ListenAddress(ofSocket: first.number) else {
            throw WebError(
                .address,
                "\(unit) has to name one address with ListenStream=, such as 127.0.0.1:8080.")
        }
        return InheritedSocket(number: first.number, address: address)
    }
}
