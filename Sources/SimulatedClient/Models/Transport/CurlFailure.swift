import CCurl

/// What libcurl's result means for a request (libcurl-errors(3)).
struct CurlFailure {
    var code: CURLcode
    /// libcurl's own words.
    var words: String
    var head: TransferHead
    /// The proxy's answer to CONNECT; 0 where there was none.
    var proxyStatus: Int
    var isTooLarge: Bool
    var limits: TransferLimits

    var failure: ModelFailure {
        if isTooLarge {
            return ModelFailure(
                .tooLarge,
                "The answer is larger than \(limits.responseBytes) bytes. Is this the right endpoint?"
            )
        }
        if proxyStatus >= 300 {
            return ModelFailure(
                .proxy,
                "The proxy refused the connection (\(proxyStatus)). Check the proxy's settings.",
                status: proxyStatus)
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            return ModelFailure(
                .connection,
                "The endpoint's host is not known (\(words)). Check its URL and the network.")
        case CURLE_COULDNT_CONNECT:
            return ModelFailure(
                .connection, "No connection to the endpoint (\(words)). Is the server running?")
        case CURLE_OPERATION_TIMEDOUT:
            // The whole and the stalls are watched by the loop, so this is the connection's limit.
            return ModelFailure(
                .connection,
                "No connection to the endpoint within \(limits.connectSeconds) s (\(words)).")
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY:
            return ModelFailure(
                .proxy, "The proxy cannot be used (\(words)). Check the proxy's settings.")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_ENGINE_INITFAILED:
            return ModelFailure(
                .tls,
                "The endpoint's certificate is not trusted, or TLS failed (\(words)). For a server of "
                    + "your own name its certificate authority in caFile.")
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_NOT_BUILT_IN,
            CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION:
            return ModelFailure(.configuration, "The endpoint cannot be used: \(words).")
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE,
            CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_WEIRD_SERVER_REPLY:
            return ModelFailure(
                head.status >= 200 ? .cutOff : .connection,
                "The connection to the endpoint broke (\(words)).")
        default:
            return ModelFailure(.connection, "The request failed: \(words).")
        }
    }
}
