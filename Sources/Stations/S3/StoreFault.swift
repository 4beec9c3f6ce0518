/// What a store says when it does not do what was asked.
struct StoreFault: Hashable, Sendable {
    /// The answer's status.
    var status: Int
    /// Such as `NoSuchBucket`; empty where the answer has none.
    var code: String
    var message: String
    /// Where the bucket is, if that is what is wrong.
    var region: String?

    init(status: Int, body: [UInt8], region: String? = nil) {
        self.status = status
        let root = try? AnswerReader.read(body)
        let error = root?.name == "Error" ? root : nil
        code = Self.plain(error?.text("Code") ?? "")
        message = Self.plain(error?.text("Message") ?? "")
        self.region = (error?.text("Region") ?? region).map(Self.plain)
    }

    /// What a stranger wrote, as it can stand in a terminal.
    static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(300).map {
                    $0.value < 0x20 || (0x7F...0x9F).contains($0.value)
                        || $0.properties.generalCategory == .format ? "?" : $0
                }))
    }

    /// Whether the same may go well a moment later.
    var isPassing: Bool {
        if status == 429 || status == 500 || (502...504).contains(status) { return true }
        return [
            "RequestTimeout", "SlowDown", "InternalError", "ServiceUnavailable",
            // What came there was not what was sent.
            "BadDigest", "XAmzContentSHA256Mismatch",
        ].contains(code)
    }

    private var words: String {
        let name = code.isEmpty ? "status \(status)" : code
        return message.isEmpty ? name : "\(name): \(message)"
    }

    /// What it means.
    /// - Parameter what: what was being done, such as `P01/….attune cannot be sent`.
    func error(_ what: String, place: String, region own: String) -> StationsError {
        switch code {
        case "NoSuchBucket":
            return StationsError(.noPlace, "there is no bucket for \(place)", cause: words)
        case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
            "IllegalLocationConstraintException":
            let hint = region.map { "it is in the region \($0): --region \($0)" }
            return StationsError(
                .configuration,
                "\(place) is not in the region \(own); \(hint ?? "give its own with --region")",
                cause: words)
        case "RequestTimeTooSkewed":
            return StationsError(
                .configuration,
                "this machine's clock differs too much from the store's: set it (timedatectl)",
                cause: words)
        case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken":
            return StationsError(
                .denied, "\(place) does not take these credentials", cause: words)
        default: break
        }
        switch status {
        case 401, 403:
            return StationsError(.denied, "\(what): \(place) does not allow it", cause: words)
        case 301, 302, 307, 308:
            let hint = region.map { "it is in the region \($0): --region \($0)" }
            return StationsError(
                .configuration,
                "\(place) is elsewhere; \(hint ?? "see --endpoint and --region")", cause: words)
        default:
            return StationsError(
                isPassing ? .unreachable : .strange, "\(what): \(place) refuses it", cause: words)
        }
    }
}
