import Declarations
import Timebase

/// A profile file as it is written. `ProfileBuilder` makes a `DeviceProfile` of it.
struct ProfileDeclaration: Hashable, Sendable, CheckedDeclaration {
    var name: String
    var version: Int
    var title: String
    var match: [MatchDeclaration]?
    var transport: TransportDeclaration
    var framing: FramingDeclaration?
    var options: ProfileOptions?
    var rates: [Double]?
    var sensors: [String: MeasureDeclaration]?
    var streams: [StreamDeclaration]
    var start: [StepDeclaration]?
    var stop: [StepDeclaration]?

    func check(_ report: inout DeclarationReport) {
        var builder = ProfileBuilder(self, options: options ?? ProfileOptions())
        _ = builder.build(text: "", path: "")
        for problem in builder.problems {
            report.add(at: problem.keys, message: problem.message)
        }
    }
}

/// One way to recognise the device: exactly one of `properties` and `bluetooth`.
struct MatchDeclaration: Hashable, Sendable, Decodable {
    struct Bluetooth: Hashable, Sendable, Decodable {
        var name: String?
        var services: [String]?
        var manufacturer: UInt16?
    }
    var properties: [String: String]?
    var bluetooth: Bluetooth?
    var generic: Bool?
}

struct TransportDeclaration: Hashable, Sendable, Decodable {
    struct Serial: Hashable, Sendable, Decodable {
        var baud: Int
        var dataBits: Int?
        var parity: SerialSettings.Parity?
        var stopBits: Int?
    }
    struct Bluetooth: Hashable, Sendable, Decodable {
        struct Characteristic: Hashable, Sendable, Decodable {
            var name: String
            var uuid: String
            var subscribe: BluetoothCharacteristic.Subscription?
            var optional: Bool?

            /// Whether it sends by itself.
            var isSubscribed: Bool { subscribe == .notify || subscribe == .acquire }
        }
        var characteristics: [Characteristic]
    }
    var serial: Serial?
    var bluetooth: Bluetooth?
    var input: InputKind?
}

/// One step of a dialogue: exactly one of the keys, with a time limit for what is expected, and
/// with a Bluetooth device the name of the characteristic it goes to or comes from.
struct StepDeclaration: Hashable, Sendable, Decodable {
    var write: String?
    var expectFrom: String?
    var read: String?
    var command: String?
    var sendHex: String?
    var sendText: String?
    var waitMilliseconds: Int?
    var expectHex: String?
    var expectLine: String?
    var expectCount: Int?
    var timeoutMilliseconds: Int?
}

struct StreamDeclaration: Hashable, Sendable, Decodable {
    enum Kind: String, Hashable, Sendable, Decodable, CaseIterable {
        case signal, keys, pointer
    }
    var name: String
    var kind: Kind?
    var rate: Double?
    var rateTolerancePPM: Double?
    var clock: ClockKind
    var gapToleranceMilliseconds: Double?
    var typicalDelayMilliseconds: Double
    var delayUncertaintyMilliseconds: Double
    var silenceLimitMilliseconds: Double?
    var channels: [ChannelDeclaration]?
}

/// From a raw number to a physical unit; in a sensor, or in a channel itself.
struct MeasureDeclaration: Hashable, Sendable, Decodable {
    var label: String?
    var unit: String?
    var scale: Double?
    var offset: Double?
    var ofFullScale: Bool?
    var conversion: ChannelConversion.Formula?
    var parameters: [String: Double]?
    var minimum: Double?
    var maximum: Double?

    /// This with what another declares laid over it.
    func merging(_ other: MeasureDeclaration) -> MeasureDeclaration {
        MeasureDeclaration(
            label: other.label ?? label, unit: other.unit ?? unit, scale: other.scale ?? scale,
            offset: other.offset ?? offset, ofFullScale: other.ofFullScale ?? ofFullScale,
            conversion: other.conversion ?? conversion, parameters: other.parameters ?? parameters,
            minimum: other.minimum ?? minimum, maximum: other.maximum ?? maximum)
    }
}

struct ChannelDeclaration: Hashable, Sendable, Decodable {
    enum Number: String, Hashable, Sendable, Decodable, CaseIterable {
        case integer, decimals, real
    }
    var name: String?
    var source: String
    var sensor: String?
    var number: Number?
    var decimals: Int?
    var measure: MeasureDeclaration

    private enum CodingKeys: String, CodingKey {
        case name, source, sensor, number, decimals
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        source = try container.decode(String.self, forKey: .source)
        sensor = try container.decodeIfPresent(String.self, forKey: .sensor)
        number = try container.decodeIfPresent(Number.self, forKey: .number)
        decimals = try container.decodeIfPresent(Int.self, forKey: .decimals)
        // The measure's keys stand beside the channel's own.
        measure = try MeasureDeclaration(from: decoder)
    }
}
