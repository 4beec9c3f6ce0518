import Foundation

/// What a stream of an XDF file says of itself.
struct XDFStreamHeader: Hashable, Sendable {
    struct Channel: Hashable, Sendable {
        var label = ""
        var unit = ""
        /// What it measures, such as `ECG`.
        var type = ""
        /// What our own exports say of a channel's stored form; nil in files of others.
        var scale: Double?
        var offset: Double?
        var conversion: String?
        var description = ""
        /// Whether the values are in the unit already, so that scale and offset were applied.
        var isConverted = true
        var minimum: Double?
        var maximum: Double?
    }

    var name: String
    var type: String
    var source: String
    var host: String
    var uid: String
    var format: XDFFormat
    var channels: [Channel]
    /// Whether the stream was exported by these programs: its times are aligned already.
    var isAligned: Bool
    /// 95% of the errors of such a stream's times are smaller, in seconds.
    var bound: Double?
    /// What a marker of such a stream is, in words.
    var meaning: String
    /// The XML, as it was read.
    var text: String

    /// Most channels of a stream.
    static let mostChannels = 16_000
    private static let fastest = 1e9

    /// Reads a header.
    /// - Throws: a sentence that says why no samples can be read by it.
    init(_ bytes: [UInt8]) throws(XDFHeaderError) {
        guard let root = XDFMarkup.read(bytes) else {
            throw XDFHeaderError(message: "its header is no XML")
        }
        func text(_ name: String) -> String { root.text(name) ?? "" }
        guard let value = XDFFormat.Value(rawValue: text("channel_format")) else {
            throw XDFHeaderError(
                message: "its channel_format is '\(text("channel_format").prefix(40))'")
        }
        // Some writers give whole numbers with a point.
        let count = Double(text("channel_count")).flatMap { Int(exactly: $0.rounded()) }
        guard let count, count >= 0, count <= Self.mostChannels else {
            throw XDFHeaderError(
                message: "its channel_count is '\(text("channel_count").prefix(40))'")
        }
        let rate = Double(text("nominal_srate")) ?? 0
        format = XDFFormat(
            value: value, channels: count,
            rate: rate.isFinite && rate > 0 && rate <= Self.fastest ? rate : 0)
        name = text("name")
        type = text("type")
        source = text("source_id")
        host = text("hostname")
        uid = text("uid")
        let description = root["desc"]
        channels = (description?["channels"]?.children ?? []).filter { $0.name == "channel" }
            .prefix(count).map(Channel.init)
        let synchronization = description?["synchronization"]
        isAligned =
            synchronization?.text("time_source")
            == "monotonic clock of the recording station, aligned"
        meaning = isAligned ? description?.text("meaning") ?? "" : ""
        bound = synchronization?.text("time_bound").flatMap { Double($0) }
        self.text = String(decoding: bytes.prefix(Self.longestText), as: UTF8.self)
    }

    /// Bytes of a header's text that a session keeps.
    private static let longestText = 1 << 20

    /// Whether samples written by one header can be read by the other, as parts of one stream.
    func isSame(as other: XDFStreamHeader) -> Bool {
        format == other.format && name == other.name && type == other.type
            && source == other.source
    }
}

/// Why a stream's header tells too little.
struct XDFHeaderError: Error, Hashable, Sendable {
    var message: String
}

extension XDFStreamHeader.Channel {
    init(_ element: XDFMarkup) {
        label = element.text("label") ?? element.text("name") ?? ""
        unit = element.text("unit") ?? ""
        type = element.text("type") ?? ""
        description = element.text("description") ?? ""
        func number(_ name: String) -> Double? {
            element.text(name).flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
        }
        minimum = number("minimum")
        maximum = number("maximum")
        guard let converted = element.text("is_converted") else { return }
        isConverted = converted == "true"
        scale = number("scale")
        offset = number("offset")
        conversion = element.text("conversion")
    }
}

/// What the footer of a stream says.
struct XDFStreamFooter: Hashable, Sendable {
    var first: Double?
    var last: Double?
    var samples: Int64?

    init(_ bytes: [UInt8]) {
        let root = XDFMarkup.read(bytes)
        first = root?.text("first_timestamp").flatMap { Double($0) }
        last = root?.text("last_timestamp").flatMap { Double($0) }
        samples = root?.text("sample_count").flatMap { Int64($0) }
    }
}

/// What the header of a whole XDF file says.
struct XDFFileHeader: Sendable {
    var version = ""
    /// When recording began, in nanoseconds since 1970 UTC; nil where it does not say.
    var realtime: Int64?
    /// Of our own exports: the session's start on the monotonic clock in seconds, and the same moment in
    /// nanoseconds since 1970 UTC.
    var start: (monotonic: Double, realtime: Int64)?
    var isOwn = false

    init() {}

    init(_ bytes: [UInt8]) {
        let root = XDFMarkup.read(bytes)
        version = root?.text("version") ?? ""
        isOwn = root?.text("software")?.hasPrefix("attune ") ?? false
        realtime = root?.text("datetime").flatMap(ISOTime.nanoseconds)
        if isOwn, let begin = root?["start"],
            let monotonic = begin.text("monotonic").flatMap({ Double($0) }), monotonic.isFinite,
            let utc = begin.text("utc").flatMap(ISOTime.nanoseconds)
        {
            start = (monotonic, utc)
        }
    }
}
