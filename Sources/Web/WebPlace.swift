/// Where pages are served: an address, with TLS or without, perhaps behind a proxy.
public struct WebPlace: Hashable, Sendable {
    public var address: ListenAddress
    public var tls: WebTLS?
    /// How links begin where a proxy stands before the pages; nil for the address itself.
    public var publicURL: String?
    /// The socket that listens there already; nil where one is to be made.
    public var socket: Int32?

    public init(
        address: ListenAddress, tls: WebTLS? = nil, publicURL: String? = nil, socket: Int32? = nil
    ) {
        self.socket = socket
        self.address = address
        self.tls = tls
        self.publicURL = publicURL
    }

    /// Whether cookies go over TLS alone.
    public var isSecure: Bool { tls != nil || publicURL?.hasPrefix("https:") ?? false }

    /// Refuses what must not be served: in clear text, to other machines.
    /// - Throws: `WebError` with what to do.
    public func check() throws(WebError) {
        guard tls == nil, !address.isLoopback else { return }
        throw WebError(
            .address,
            "\(address) can be reached from other machines, and what people write there would go over "
                + "the network for all to read. Give --tls-certificate and --tls-key, or "
                + "--tls-self-signed; or listen on 127.0.0.1 behind a proxy that does TLS, with "
                + "--public-url https://….")
    }

    /// Whether links begin with a host alone, without a path.
    public var isWholeHost: Bool {
        guard let publicURL else { return true }
        let parts = publicURL.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 3 || (parts.count == 4 && parts[3].isEmpty)
    }

    /// How links begin, once a port is known.
    func link(port: Int) -> String {
        if let publicURL {
            return publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        }
        var host = address.host
        // Nobody can open "any address".
        if host == "0.0.0.0" || host == "::" { host = SelfSigned.hostName() ?? "localhost" }
        return "\(tls == nil ? "http" : "https")://\(ListenAddress(host: host, port: port))"
    }

    /// Whether the browser says that a request comes from our own page, or does not say.
    ///
    /// - Parameters:
    ///   - method: only what a POST says of its origin counts.
    ///   - authority: the host and port that the request was sent to.
    ///   - origin: its `Origin` field.
    ///   - site: its `Sec-Fetch-Site` field.
    ///   - mayBeNull: whether an origin that is kept secret is let pass.
    public func isOwn(
        post: Bool, authority: String?, origin given: String?, site: String?,
        mayBeNull: Bool = false
    ) -> Bool {
        if let site, site != "same-origin", site != "none" { return false }
        guard post, let given else { return true }
        if given == "null" { return mayBeNull }
        let origin = Self.normalised(origin: given)
        if let authority,
            origin == Self.normalised(origin: "\(tls != nil ? "https" : "http")://\(authority)")
        {
            return true
        }
        return publicURL.flatMap { Self.origin(of: $0) } == origin
    }

    /// The origin of an address, in its one form.
    static func origin(of url: String) -> String? {
        let parts = url.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[1].isEmpty else { return nil }
        return normalised(origin: "\(parts[0])//\(parts[2])")
    }

    /// An origin in its one form: in small letters, without the port that its scheme has anyway.
    static func normalised(origin: String) -> String {
        let origin = origin.lowercased()
        if origin.hasPrefix("http://"), origin.hasSuffix(":80") {
            return String(origin.dropLast(3))
        }
        if origin.hasPrefix("https://"), origin.hasSuffix(":443") {
            return String(origin.dropLast(4))
        }
        return origin
    }
}
