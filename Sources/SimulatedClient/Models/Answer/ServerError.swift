import Link

/// What an answer that is an error says.
enum ServerError {
    /// The failure that a status and a body mean.
    static func failure(
        status: Int, body: String, retryAfterSeconds: Double?, location: String?
    ) -> ModelFailure {
        let said = words(body).map { " The server says: \($0)" } ?? ""
        func failure(_ code: ModelFailure.Code, _ message: String) -> ModelFailure {
            ModelFailure(
                code, message + said, status: status, retryAfterSeconds: retryAfterSeconds)
        }
        switch status {
        case 300..<400:
            let place = location.map { " to \($0.prefix(200))" } ?? ""
            return failure(
                .redirected,
                "The endpoint sends us elsewhere\(place), which is not followed. Put the right URL "
                    + "into the protocol, and into the consent.")
        case 401: return failure(.unauthorised, "The endpoint does not accept the key (401).")
        case 403: return failure(.forbidden, "The endpoint forbids this request (403).")
        case 404:
            return failure(
                .notFound,
                "The endpoint has no such address or model (404). Check url and name of the model.")
        case 407: return failure(.proxy, "The proxy wants a sign-in (407).")
        case 408: return failure(.server, "The server gave up waiting (408).")
        case 413: return failure(.refusedRequest, "The request is too large for the server (413).")
        case 429:
            if body.contains("insufficient_quota") {
                return failure(.quota, "The account at the endpoint has nothing left (429).")
            }
            return failure(.rateLimited, "The endpoint limits the rate of requests (429).")
        case 500...: return failure(.server, "The server failed (\(status)).")
        default: return failure(.refusedRequest, "The server refuses the request (\(status)).")
        }
    }

    /// The failure of an error that came inside an answer of status 200.
    static func failure(_ value: JSONValue) -> ModelFailure {
        let said = words(value).map { " It says: \($0)" } ?? ""
        let status = JSONText.count(value["error"]?["code"] ?? value["error"]?["status"])
        if let status, (400...599).contains(status), status != 429, status < 500, status != 408 {
            return ModelFailure(
                .refusedRequest, "The server broke off with an error.\(said)", status: status)
        }
        return ModelFailure(
            status == 429 ? .rateLimited : .server, "The server broke off with an error.\(said)",
            status: status)
    }

    /// Whether it says that a filter of contents was at work.
    static func isContentFilter(_ body: String) -> Bool {
        guard let error = JSONText.value(body)?["error"] else { return false }
        return error["code"]?.string == "content_filter"
            || error["code"]?.string == "content_policy_violation"
            || error["innererror"]?["code"]?.string == "ResponsibleAIPolicyViolation"
    }

    /// The message of an error's body, at most 300 characters; nil where there is none.
    static func words(_ body: String) -> String? { JSONText.value(body).flatMap { words($0) } }

    private static func words(_ value: JSONValue) -> String? {
        let places = [
            value["error"]?["message"], value["error"], value["message"], value["detail"],
            value["detail"]?.array?.first?["msg"],
            value["message"]?["detail"]?.array?.first?["msg"],
        ]
        for case .string(let text)? in places where !text.isEmpty {
            let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
            return String(line.prefix(300))
        }
        return nil
    }
}
