import CCurl
import SessionStore

/// Carries requests to a store, one after another over one connection, and has libcurl sign each (AWS
/// signature version 4). For one thread.
///
/// What libcurl keeps of credentials is in its own memory; none of its messages shows them, and it is never
/// told to be verbose.
@safe final class S3Connection {
    private let easy: UnsafeMutableRawPointer
    private let endpoint: S3Endpoint
    private let credentials: S3Credentials
    private let certificates: String?
    private let patience: Patience
    private let agent: String
    private var receiver = Receiver()

    /// How long nothing may happen.
    struct Patience: Hashable, Sendable {
        /// Seconds until somebody answers the call.
        var forConnection = 20
        /// Seconds in which nothing moves. There is no end for the whole: pieces go over slow lines too.
        var forMovement = 60
    }

    /// What comes of an answer.
    private struct Receiver {
        var status = 0
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        var most = 0
        var isTooLong = false

        mutating func take(line: String) {
            if line.hasPrefix("HTTP/") {
                let parts = line.split(separator: " ", maxSplits: 2)
                status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
                headers = [:]
                return
            }
            guard headers.count < 200, let colon = line.firstIndex(of: ":") else { return }
            var value = line[line.index(after: colon)...]
            while let last = value.last, last.isWhitespace { value.removeLast() }
            headers[line[..<colon].lowercased()] = String(value.drop(while: \.isWhitespace))
        }

        mutating func take(body piece: UnsafeRawBufferPointer) -> Bool {
            guard body.count + piece.count <= most else {
                isTooLong = true
                return false
            }
            // libcurl's buffer is valid during the call.
            unsafe body.append(contentsOf: piece)
            return true
        }
    }

    /// - Parameter certificates: a file of the authorities that count, in place of the system's; nil for
    ///   those.
    /// - Throws: `configuration` where libcurl cannot be used.
    init(
        _ endpoint: S3Endpoint, _ credentials: S3Credentials, certificates: String?,
        patience: Patience = Patience()
    ) throws(StationsError) {
        guard let easy = unsafe curl_easy_init() else {
            throw StationsError(.configuration, "libcurl has no memory for a connection")
        }
        unsafe self.easy = unsafe easy
        self.endpoint = endpoint
        self.credentials = credentials
        self.certificates = certificates
        self.patience = patience
        agent = "attune/\(SoftwareVersion.current)"
    }

    deinit { unsafe curl_easy_cleanup(easy) }

    /// Carries one request there, and its answer back.
    func perform(_ request: S3Request) -> Result<S3Answer, TransferFailure> {
        var lines = request.headers.map { "\($0.key): \($0.value)" }
        lines.append(
            "x-amz-content-sha256: \(request.bodySHA256 ?? PartHashes.sha256(request.body))")
        if let token = credentials.token { lines.append("x-amz-security-token: \(token)") }
        var list: UnsafeMutablePointer<curl_slist>?
        defer { unsafe curl_slist_free_all(list) }
        for line in lines.sorted() {
            guard let longer = unsafe curl_slist_append(list, line) else {
                return .failure(Self.noMemory)
            }
            unsafe list = unsafe longer
        }
        receiver = Receiver()
        receiver.most = request.most
        // The body stays where it is until the transfer is over, and so does the list.
        return unsafe request.body.withUnsafeBytes { body in
            unsafe carry(request, list, body)
        }
    }

    private static let noMemory = TransferFailure(
        words: "there is no memory for a request", isPassing: false, isTooLong: false)

    private func carry(
        _ request: S3Request, _ list: UnsafeMutablePointer<curl_slist>?,
        _ body: UnsafeRawBufferPointer
    ) -> Result<S3Answer, TransferFailure> {
        // Forgets the options of the request before, and keeps the connection.
        unsafe curl_easy_reset(easy)
        var codes: [CURLcode] = unsafe [
            attune_curl_set_baseline(easy),
            attune_curl_set_text(
                easy, CURLOPT_URL, endpoint.url(key: request.key, query: request.query)),
            attune_curl_set_text(easy, CURLOPT_AWS_SIGV4, "aws:amz:\(endpoint.region):s3"),
            attune_curl_set_text(easy, CURLOPT_USERNAME, credentials.identifier),
            attune_curl_set_text(easy, CURLOPT_PASSWORD, credentials.secret),
            attune_curl_set_text(easy, CURLOPT_USERAGENT, agent),
            attune_curl_set_number(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            // Dots in a key are no folders.
            attune_curl_set_number(easy, CURLOPT_PATH_AS_IS, 1),
            attune_curl_set_number(easy, CURLOPT_CONNECTTIMEOUT, patience.forConnection),
            attune_curl_set_number(easy, CURLOPT_LOW_SPEED_LIMIT, 1),
            attune_curl_set_number(easy, CURLOPT_LOW_SPEED_TIME, patience.forMovement),
            attune_curl_set_number(easy, CURLOPT_TCP_KEEPALIVE, 1),
            attune_curl_set_list(easy, CURLOPT_HTTPHEADER, list),
        ]
        if let certificates {
            unsafe codes += [
                attune_curl_set_text(easy, CURLOPT_CAINFO, certificates),
                // Else the system's folder of authorities would count beside the file.
                attune_curl_set_text(easy, CURLOPT_CAPATH, nil),
            ]
        }
        // The environment's proxy counts as libcurl reads it, but not for a store on this machine: it may be
        // spoken to without TLS because nothing leaves the machine.
        if endpoint.isOnThisMachine {
            unsafe codes.append(attune_curl_set_text(easy, CURLOPT_NOPROXY, "*"))
        }
        switch request.method {
        case "GET": break
        case "HEAD": unsafe codes.append(attune_curl_set_number(easy, CURLOPT_NOBODY, 1))
        default:
            unsafe codes.append(attune_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method))
            if request.method != "DELETE" {
                unsafe codes += [
                    attune_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.count)),
                    attune_curl_set_number(easy, CURLOPT_POST, 1),
                ]
                // The address of an empty array may be none, and libcurl would then ask for a body.
                unsafe codes.append(
                    body.isEmpty
                        ? attune_curl_set_text(easy, CURLOPT_COPYPOSTFIELDS, "")
                        : attune_curl_set_pointer(
                            easy, CURLOPT_POSTFIELDS,
                            UnsafeMutableRawPointer(mutating: body.baseAddress)))
                // Setting the body chooses POST.
                unsafe codes.append(
                    attune_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method))
            }
        }
        // The connection keeps itself alive through the call: it is called by it.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe codes += [
            attune_curl_set_body_receiver(
                easy,
                { bytes, size, count, context in
                    let own = unsafe Unmanaged<S3Connection>.fromOpaque(context!)
                        .takeUnretainedValue()
                    let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
                    return unsafe own.receiver.take(body: piece) ? size * count : 0
                }, context),
            attune_curl_set_head_receiver(
                easy,
                { bytes, size, count, context in
                    let own = unsafe Unmanaged<S3Connection>.fromOpaque(context!)
                        .takeUnretainedValue()
                    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
                    unsafe own.receiver.take(line: String(decoding: line, as: UTF8.self))
                    return size * count
                }, context),
        ]
        if let code = codes.first(where: { $0 != CURLE_OK }) {
            return .failure(
                TransferFailure(
                    words: "libcurl refuses a setting: \(Self.words(code))", isPassing: false,
                    isTooLong: false))
        }
        let code = unsafe curl_easy_perform(easy)
        guard code == CURLE_OK else {
            return .failure(
                TransferFailure(
                    words: Self.words(code), isPassing: Self.passing.contains(code.rawValue),
                    isTooLong: receiver.isTooLong, isAway: Self.away.contains(code.rawValue),
                    isUntrusted: Self.untrusted.contains(code.rawValue)))
        }
        return .success(
            S3Answer(
                status: receiver.status, headers: receiver.headers, body: receiver.body))
    }

    /// What a cable, a server that starts anew, or a slow line brings about.
    private static let passing: Set<UInt32> = Set(
        [
            CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT,
            CURLE_WEIRD_SERVER_REPLY, CURLE_PARTIAL_FILE, CURLE_OPERATION_TIMEDOUT,
            CURLE_SSL_CONNECT_ERROR, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
        ].map(\.rawValue))

    /// What a network that is away brings about.
    private static let away: Set<UInt32> = Set(
        [CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT]
            .map(\.rawValue))

    /// What a certificate brings about that is not the store's, or that nobody answers for.
    private static let untrusted: Set<UInt32> = Set(
        [CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR]
            .map(\.rawValue))

    private static func words(_ code: CURLcode) -> String {
        guard let text = unsafe curl_easy_strerror(code) else { return "error \(code.rawValue)" }
        return unsafe String(cString: text)
    }
}
