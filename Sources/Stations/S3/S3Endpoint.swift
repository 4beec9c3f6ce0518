import SystemCalls

/// Where a store that speaks S3 answers, and how its addresses are made.
public struct S3Endpoint: Hashable, Sendable {
    /// Where the bucket's name stands.
    public enum Style: String, Hashable, Sendable, CaseIterable {
        /// `https://HOST/BUCKET/KEY`.
        case path
        /// `https://BUCKET.HOST/KEY`.
        case host
    }

    let scheme: String
    /// Host and port.
    let authority: String
    /// What all paths begin with, such as `/s3`; mostly empty.
    let base: String
    let style: Style
    let bucket: String
    public let region: String
    /// Whether the store is on this machine, so that what is sent there leaves it not.
    let isOnThisMachine: Bool

    /// - Parameters:
    ///   - endpoint: such as `https://minio.example.org:9000`; nil for Amazon's own.
    ///   - style: nil for what is usual there: `host` at Amazon, `path` elsewhere.
    ///   - allowsPlainHTTP: whether what is sent may be read on its way to another machine.
    /// - Throws: `configuration`.
    public init(
        endpoint: String?, bucket: String, region: String, style: Style? = nil,
        allowsPlainHTTP: Bool = false
    ) throws(StationsError) {
        guard !region.isEmpty, PlaceKey.isPlain(region) else {
            throw StationsError(.configuration, "'\(region)' is no name of a region")
        }
        self.region = region
        self.bucket = bucket
        guard let endpoint else {
            scheme = "https"
            let china = region.hasPrefix("cn-") ? ".cn" : ""
            authority = "s3.\(region).amazonaws.com\(china)"
            base = ""
            isOnThisMachine = false
            // A certificate for *.HOST holds for one more name, and not for two with a dot between.
            self.style = style ?? (bucket.contains(".") ? .path : .host)
            return
        }
        let parts = try Self.parts(of: endpoint)
        isOnThisMachine = Self.isLoopback(parts.authority)
        guard parts.scheme == "https" || allowsPlainHTTP || isOnThisMachine else {
            throw StationsError(
                .configuration,
                "\(endpoint) is not encrypted: everybody on the way could read the sessions. Use "
                    + "https://, or --plain-http if you know the way")
        }
        scheme = parts.scheme
        authority = parts.authority
        base = parts.base
        self.style = style ?? .path
    }

    /// Where the store is, for people.
    var address: String { "\(scheme)://\(authority)\(base)" }

    private static func parts(
        of endpoint: String
    ) throws(StationsError) -> (scheme: String, authority: String, base: String) {
        let refusal = StationsError(
            .configuration,
            "'\(StoreFault.plain(endpoint))' is no address of a store: use https://HOST or "
                + "https://HOST:PORT, without a name or password in it")
        guard let colon = endpoint.firstRange(of: "://") else { throw refusal }
        let scheme = endpoint[..<colon.lowerBound].lowercased()
        let rest = endpoint[colon.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        var base = rest.dropFirst(authority.count)
        while base.hasSuffix("/") { base.removeLast() }
        guard scheme == "https" || scheme == "http", isAuthority(authority),
            base.split(separator: "/").allSatisfy(PlaceKey.isPlain), !base.contains("//")
        else { throw refusal }
        return (scheme, authority.lowercased(), String(base))
    }

    /// Whether it is a host or an address in brackets, with or without a port.
    private static func isAuthority(_ text: Substring) -> Bool {
        var host = text
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { return false }
            let inside = text[text.index(after: text.startIndex)..<close]
            let rest = text[text.index(after: close)...]
            return !inside.isEmpty && inside.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
                && (rest.isEmpty || isPort(rest))
        }
        if let colon = text.firstIndex(of: ":") {
            guard isPort(text[colon...]) else { return false }
            host = text[..<colon]
        }
        return host.utf8.count <= 253 && !host.contains("..") && PlaceKey.isPlain(host)
            && !host.contains("_")
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && text.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
            && UInt16(text.dropFirst()) != nil
    }

    private static func isLoopback(_ authority: String) -> Bool {
        let host =
            authority.hasPrefix("[")
            ? String(authority.prefix { $0 != "]" }.dropFirst())
            : String(authority.prefix { $0 != ":" })
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return host == "localhost" || host == "::1"
            || numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// The address of an object, or of the bucket, as it is signed: everything escaped, parameters in order.
    func url(key: String?, query: [String: String] = [:]) -> String {
        var url = "\(scheme)://\(style == .host ? "\(bucket)." : "")\(authority)\(base)/"
        if style == .path { url += bucket + (key == nil ? "" : "/") }
        if let key {
            url += key.split(separator: "/", omittingEmptySubsequences: false)
                .map { PercentEncoding.escaped(String($0)) }.joined(separator: "/")
        }
        let pairs = query.map {
            (PercentEncoding.escaped($0.key), PercentEncoding.escaped($0.value))
        }.sorted { $0 < $1 }
        // Also one without a value has its '='. The signature is made so.
        if !pairs.isEmpty { url += "?" + pairs.map { "\($0)=\($1)" }.joined(separator: "&") }
        return url
    }
}
