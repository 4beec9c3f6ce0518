/// One POST, as the network is to carry it.
struct TransferRequest: Sendable {
    var url: String
    /// Lines such as `Content-Type: application/json`. They may hold a key and are never shown.
    var headers: [String]
    var body: [UInt8]
    /// nil for none, whatever the environment says.
    var proxy: String?
    /// Certificates to trust; nil for the system's.
    var caFile: String?
    var limits: TransferLimits
}
