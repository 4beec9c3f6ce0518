import Foundation
import SessionStore
import Timebase

/// One source of a session as its file remembers it: all that is needed to go on after a crash.
struct SourceEntry: Codable, Hashable, Sendable {
    enum Kind: String, Codable, Sendable { case device, keyboard, pointer, linked }

    /// The station's number for the source, as it stands in ring records.
    var id: UInt32
    /// The station's name for the device, or the linked client's name.
    var name: String
    var kind: Kind
    /// The profile with the station's options applied, as text; empty for linked clients.
    var profileName: String
    var profileText: String
    var profileOptions: StoredOptions
    /// Ids of the session's streams, in the order of the profile's.
    var streams: [Int64]
    /// Streams that a linked client declared.
    var linked: [LinkedStream]
    /// Whether it must not be read when the session begins, for want of consent.
    var isWithheld: Bool?
}

/// A stream that a linked client brings.
struct LinkedStream: Codable, Hashable, Sendable {
    enum Number: String, Codable, Sendable {
        case int16 = "i16"
        case int32 = "i32"
        case int64 = "i64"
        case float32 = "f32"
        case float64 = "f64"

        var byteCount: Int {
            switch self {
            case .int16: 2
            case .int32, .float32: 4
            case .int64, .float64: 8
            }
        }
        var isReal: Bool { self == .float32 || self == .float64 }
    }

    struct Channel: Codable, Hashable, Sendable {
        var name: String
        var label: String
        var unit: String
        var scale: Double
        var offset: Double
        var number: Number
    }

    var name: String
    var kind: String
    var rate: Double?
    var clock: ClockKind
    var gapTolerance: Int64
    var typicalDelay: Int64
    var delayUncertainty: Int64
    /// Nanoseconds without a sample after which it is silent; nil for the usual.
    var silenceLimit: Int64?
    var channels: [Channel]

    /// Bytes of one sample of all channels.
    var sampleBytes: Int { channels.reduce(0) { $0 + $1.number.byteCount } }

    var model: ClockModel {
        ClockModel(
            kind: clock, period: rate.map { $0 > 0 ? 1e9 / $0 : 0 } ?? 0,
            typicalDelay: typicalDelay, delayUncertainty: delayUncertainty,
            gapTolerance: gapTolerance)
    }

    func description(id: Int64, client: String) -> StreamDescription {
        StreamDescription(
            id: id, name: name, kind: kind, source: client, nominalRate: rate, clock: clock,
            gapTolerance: gapTolerance, typicalDelay: typicalDelay,
            delayUncertainty: delayUncertainty,
            channels: channels.map {
                ChannelDescription(
                    name: $0.name, label: $0.label, unit: $0.unit, scale: $0.scale,
                    offset: $0.offset, storage: $0.number.isReal ? .real : .integer)
            })
    }
}

/// What a session file keeps for the engine while it records.
struct SessionSources: Codable, Sendable {
    /// The session's number at this station, as it stands in ring records.
    var number: UInt32
    var sources: [SourceEntry]
    var nextStream: Int64
    /// Linked clients with a clock of their own, and the stream that has its segments.
    var clocks: [String: Int64]?

    func encoded() -> String {
        // Encoding plain strings and numbers into JSON cannot fail.
        (try? String(decoding: JSONEncoder().encode(self), as: UTF8.self)) ?? "{}"
    }

    static func decoded(_ text: String) -> SessionSources? {
        try? JSONDecoder().decode(SessionSources.self, from: Data(text.utf8))
    }
}
