import CCurl
import SystemCalls

/// A transfer under way. Everything but `id` and `events` belongs to the loop's thread.
///
/// `@unchecked Sendable` holds because other threads make it and hand it over through the loop's
/// lock, and from then on only the loop's thread touches what can change.
@safe final class Transfer: @unchecked Sendable {
    let id: Int
    let request: TransferRequest
    let events: AsyncStream<TransferEvent>.Continuation

    private var easy: UnsafeMutableRawPointer?
    private var lines: UnsafeMutablePointer<curl_slist>?
    /// Where libcurl writes the reason of a failure; it wants room of CURL_ERROR_SIZE that stays.
    private let reason = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    private(set) var head = TransferHead()
    private var headWasTold = false
    private var received = 0
    private(set) var isTooLarge = false
    private var startedNs: Int64 = 0
    private var lastPieceNs: Int64?
    /// Set once the answer is known to be complete: the connection may end by itself until then.
    var endByNs: Int64?

    init(
        id: Int, request: TransferRequest, events: AsyncStream<TransferEvent>.Continuation
    ) {
        self.id = id
        self.request = request
        self.events = events
        unsafe reason.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        if let easy = unsafe easy { unsafe curl_easy_cleanup(easy) }
        if let lines = unsafe lines { unsafe curl_slist_free_all(lines) }
        unsafe reason.deallocate()
    }

    /// libcurl's handle, made at the first call.
    ///
    /// - Throws: `configuration` if libcurl does not take an option.
    func prepare() throws(ModelFailure) -> UnsafeMutableRawPointer {
        guard let easy = unsafe curl_easy_init() else {
            throw ModelFailure(.configuration, "libcurl has no memory for another transfer.")
        }
        unsafe self.easy = unsafe easy
        var codes: [CURLcode] = unsafe [
            attune_curl_set_baseline(easy),
            attune_curl_set_text(easy, CURLOPT_URL, request.url),
            attune_curl_set_number(easy, CURLOPT_TCP_NODELAY, 1),
            attune_curl_set_number(
                easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.limits.connectSeconds)),
            attune_curl_set_text(easy, CURLOPT_PROXY, request.proxy ?? ""),
            // An empty list: what the environment excludes from proxies does not count either.
            attune_curl_set_text(easy, CURLOPT_NOPROXY, ""),
            // Empty: whatever libcurl can unpack. What it hands over, and what is counted, is unpacked.
            attune_curl_set_text(easy, CURLOPT_ACCEPT_ENCODING, ""),
            attune_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, reason),
            attune_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int64(request.body.count)),
        ]
        unsafe codes.append(
            request.body.withUnsafeBytes {
                // libcurl copies that many bytes.
                unsafe attune_curl_set_pointer(
                    easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress))
            })
        if let caFile = request.caFile {
            unsafe codes.append(attune_curl_set_text(easy, CURLOPT_CAINFO, caFile))
        }
        for line in request.headers {
            guard let longer = unsafe curl_slist_append(lines, line) else {
                throw ModelFailure(.configuration, "libcurl has no memory for another transfer.")
            }
            unsafe lines = unsafe longer
        }
        unsafe codes.append(attune_curl_set_list(easy, CURLOPT_HTTPHEADER, lines))
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe codes.append(
            attune_curl_set_body_receiver(
                easy,
                { bytes, size, count, context in
                    // The context is the transfer, which the loop keeps while libcurl has it.
                    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context!)
                        .takeUnretainedValue()
                    let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
                    return unsafe transfer.take(body: Array(piece)) ? size * count : 0
                }, context))
        unsafe codes.append(
            attune_curl_set_head_receiver(
                easy,
                { bytes, size, count, context in
                    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context!)
                        .takeUnretainedValue()
                    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
                    unsafe transfer.take(headLine: String(decoding: line, as: UTF8.self))
                    return size * count
                }, context))
        if let code = codes.first(where: { $0 != CURLE_OK }) {
            throw ModelFailure(
                .configuration, "libcurl refuses the settings of the endpoint: \(Self.words(code))."
            )
        }
        startedNs = Clocks.now().nanoseconds
        events.yield(.started(at: startedNs))
        return unsafe easy
    }

    private func milliseconds(_ seconds: Double) -> Int {
        Int(max(1, min(seconds * 1000, 86_400_000)))
    }

    private func take(headLine: String) {
        head.take(line: headLine)
        // The empty line ends a head; 1xx is not the answer's.
        if headLine.allSatisfy(\.isWhitespace), head.status >= 200, !headWasTold {
            headWasTold = true
            events.yield(.head(head))
        }
    }

    private func take(body: [UInt8]) -> Bool {
        received += body.count
        if received > request.limits.responseBytes {
            isTooLarge = true
            return false
        }
        let now = Clocks.now().nanoseconds
        lastPieceNs = now
        events.yield(.piece(body, at: now))
        return true
    }

    /// When something has to be done if nothing happens.
    var deadlineNs: Int64 {
        var deadline = startedNs + nanoseconds(request.limits.totalSeconds)
        if let lastPieceNs {
            deadline = min(deadline, lastPieceNs + nanoseconds(request.limits.stallSeconds))
        }
        return min(deadline, endByNs ?? .max)
    }

    /// Why it ends at its deadline; nil where that is its good end.
    func failureAtDeadline(_ now: Int64) -> ModelFailure? {
        if let endByNs, now >= endByNs { return nil }
        if now >= startedNs + nanoseconds(request.limits.totalSeconds) {
            return ModelFailure(
                .timeout,
                "The model did not finish within \(seconds(request.limits.totalSeconds)) s. Raise "
                    + "timeoutSeconds, or use a quicker model.")
        }
        return ModelFailure(
            .stalled,
            "The model's answer stopped for \(seconds(request.limits.stallSeconds)) s. The server "
                + "may be overloaded; look at its log.")
    }

    private func nanoseconds(_ seconds: Double) -> Int64 {
        Int64(max(0, min(seconds, 86_400)) * 1e9)
    }

    private func seconds(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(value)
    }

    /// Why libcurl ended it; nil where it ended well.
    func failure(of code: CURLcode) -> ModelFailure? {
        if code == CURLE_OK { return nil }
        var words = unsafe String(cString: reason)
        if words.isEmpty { words = Self.words(code) }
        var proxyStatus = 0
        if let easy = unsafe easy {
            proxyStatus = unsafe attune_curl_number(easy, CURLINFO_HTTP_CONNECTCODE)
        }
        return CurlFailure(
            code: code, words: words, head: head, proxyStatus: proxyStatus,
            isTooLarge: isTooLarge, limits: request.limits
        ).failure
    }

    private static func words(_ code: CURLcode) -> String {
        guard let text = unsafe curl_easy_strerror(code) else { return "error \(code.rawValue)" }
        return unsafe String(cString: text)
    }
}
