import Foundation

/// The parts of an endpoint's URL that decide where data goes.
public struct EndpointAddress: Hashable, Sendable {
    /// In lower case: `http` or `https`.
    public var scheme: String
    /// In lower case, without the brackets of IPv6 and without a final dot.
    public var host: String
    public var port: Int
    /// Without a `/` at the end; empty for the root.
    public var path: String

    /// nil for what is no absolute `http` or `https` URL with a host. Names and passwords before
    /// the host are refused, for they would be stored with each session; so are queries and
    /// fragments, which an interface's base does not have.
    public init?(_ text: String) {
        guard !text.contains(where: \.isWhitespace), let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https",
            var host = parts.host?.lowercased(), parts.user == nil, parts.password == nil,
            parts.query == nil, parts.fragment == nil
        else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.hasSuffix(".") { host.removeLast() }
        guard !host.isEmpty else { return nil }
        if let port = parts.port, !(1...65_535).contains(port) { return nil }
        // "a/../b" would reach beside the path that consent names.
        let segments = parts.path.split(separator: "/", omittingEmptySubsequences: true)
        guard !segments.contains(".."), !segments.contains(".") else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = parts.port ?? (scheme == "https" ? 443 : 80)
        path = segments.map { "/" + $0 }.joined()
    }

    /// Whether the host is this computer: `localhost`, 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// Whether an address is this one or below its path: same scheme, host and port.
    public func covers(_ other: EndpointAddress) -> Bool {
        guard scheme == other.scheme, host == other.host, port == other.port else { return false }
        return other.path == path || other.path.hasPrefix(path + "/")
    }
}
