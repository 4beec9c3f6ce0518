import StudyProtocol

/// Where requests go, checked.
struct ModelEndpoint: Hashable, Sendable {
    /// The base address, as it is recorded.
    let base: String
    /// The address of `chat/completions`.
    let completions: String
    let isLoopback: Bool

    /// - Throws: `configuration` for what is no URL of an endpoint, `insecure` for plain HTTP to
    ///   another machine, over which conversation and key would go in the clear.
    init(_ plan: ModelPlan, allowsPlainHTTP: Bool = false) throws(ModelFailure) {
        // What stands before an @ may be a password.
        let shown = String((plan.url.split(separator: "@").last ?? "").prefix(200))
        guard let address = EndpointAddress(plan.url) else {
            throw ModelFailure(
                .configuration,
                "'\(shown)' is no URL of an endpoint. It begins with https:// and has "
                    + "neither a name before the host nor a query.")
        }
        // The URL is put together anew from what was checked, so that libcurl cannot read it in
        // another way than the check did.
        let isPlain = address.host.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "-._:".utf8.contains($0)
        }
        let isPath = address.path.utf8.allSatisfy {
            (0x21...0x7E).contains($0) && !"\\?#\"<>^`{|}".utf8.contains($0)
        }
        guard isPlain, isPath else {
            throw ModelFailure(
                .configuration,
                "The host or path of '\(shown)' has characters that no endpoint has. "
                    + "Write international names in their ASCII form (xn--…).")
        }
        guard address.scheme == "https" || address.isLoopback || allowsPlainHTTP else {
            throw ModelFailure(
                .insecure,
                "\(plan.url) is plain HTTP to another machine: conversation and key would go over the "
                    + "network in the clear. Use https://, or a tunnel to this machine.")
        }
        let host = address.host.contains(":") ? "[\(address.host)]" : address.host
        let isUsual = address.port == (address.scheme == "https" ? 443 : 80)
        base = "\(address.scheme)://\(host)\(isUsual ? "" : ":\(address.port)")\(address.path)"
        completions =
            base.hasSuffix("/chat/completions") ? base : base + "/chat/completions"
        isLoopback = address.isLoopback
    }
}
