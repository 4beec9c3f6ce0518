/// Where pages shall be served, as a settings file or a command line says it; what neither says is nil.
public struct WebChoice: Hashable, Sendable {
    /// Host and port.
    public var listen: String?
    /// Certificate and key, PEM files.
    public var tlsCertificate: String?
    public var tlsKey: String?
    public var tlsSelfSigned: Bool?
    /// How links begin, where a proxy stands before the pages.
    public var publicURL: String?

    public init(
        listen: String? = nil, tlsCertificate: String? = nil, tlsKey: String? = nil,
        tlsSelfSigned: Bool? = nil, publicURL: String? = nil
    ) {
        self.listen = listen
        self.tlsCertificate = tlsCertificate
        self.tlsKey = tlsKey
        self.tlsSelfSigned = tlsSelfSigned
        self.publicURL = publicURL
    }

    /// This, and where it says nothing, the other.
    public func over(_ other: WebChoice) -> WebChoice {
        // A certificate and its key come from one place.
        let own = tlsCertificate != nil || tlsKey != nil
        return WebChoice(
            listen: listen ?? other.listen,
            tlsCertificate: own ? tlsCertificate : other.tlsCertificate,
            tlsKey: own ? tlsKey : other.tlsKey,
            tlsSelfSigned: tlsSelfSigned ?? other.tlsSelfSigned,
            publicURL: publicURL ?? other.publicURL)
    }

    /// Whether a text is a scheme and a host, perhaps with more behind.
    private static func isAddress(_ text: String) -> Bool {
        let host = ["https://", "http://"].first(where: text.hasPrefix).map {
            text.dropFirst($0.count)
        }
        guard let host else { return false }
        return !host.isEmpty && !host.hasPrefix("/")
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// What does not fit together: the setting's name in a settings file, and what to do.
    public var problems: [(key: String, message: String)] {
        var problems: [(key: String, message: String)] = []
        if let listen, ListenAddress(listen) == nil {
            problems.append(
                (
                    "listen",
                    "'\(listen)' is no address to listen on: say HOST:PORT, such as 127.0.0.1:8090"
                )
            )
        }
        if (tlsCertificate == nil) != (tlsKey == nil) {
            problems.append(
                (
                    tlsKey == nil ? "tlsCertificate" : "tlsKey",
                    "a certificate and its key go together: give both"
                ))
        }
        if let publicURL, !Self.isAddress(publicURL) {
            problems.append(
                (
                    "publicUrl",
                    "links cannot begin with '\(publicURL)': give an address such as "
                        + "https://lab.example.org"
                ))
        }
        return problems
    }

    /// The place that is meant. A certificate that is to be signed here is made, and its fingerprint
    /// printed, so that people can compare it with what their browser shows.
    /// - Parameters:
    ///   - usual: the address where none is given.
    ///   - directory: where a certificate of our own is kept.
    ///   - inherited: the service manager's socket, whose address wins over all others; where another one
    ///     is chosen, that is said.
    /// - Throws: `WebError` with what does not fit together, or cannot be used.
    public func place(
        usual: ListenAddress, directory: String, inherited: InheritedSocket? = nil
    ) throws -> WebPlace {
        if let problem = problems.first { throw WebError(.address, "\(problem.message).") }
        let chosen = listen.flatMap { ListenAddress($0) } ?? usual
        let address = inherited?.address ?? chosen
        if address != chosen {
            ProgramOutput.line(
                "Pages are served at \(address), as the socket unit says, and not at \(chosen): change "
                    + "one of the two (systemctl edit), or disable the socket unit.")
        }
        return WebPlace(
            address: address, tls: try tls(for: address, directory), publicURL: publicURL,
            socket: inherited?.number)
    }

    private func tls(for address: ListenAddress, _ directory: String) throws -> WebTLS? {
        if let tlsCertificate, let tlsKey {
            return WebTLS(certificatePath: tlsCertificate, keyPath: tlsKey)
        }
        guard tlsSelfSigned ?? false else { return nil }
        let tls = try SelfSigned.certificate(for: address.host, in: directory)
        ProgramOutput.line("Certificate's SHA-256 fingerprint: \(try SelfSigned.fingerprint(tls))")
        return tls
    }
}
