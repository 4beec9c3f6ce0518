/// A kind of measurement that a Polar sensor streams (Polar Measurement Data).
enum PolarKind: UInt8, Hashable, Sendable {
    case electrocardiogram = 0
    case pulse = 1
    case acceleration = 2
    case intervals = 3

    /// Its bit in the first byte of the features.
    var feature: UInt8 {
        switch self {
        case .electrocardiogram: 0x01
        case .pulse: 0x02
        case .acceleration: 0x04
        case .intervals: 0x08
        }
    }
}

/// What a sensor offers of one kind.
struct PolarOffer: Hashable, Sendable {
    var kind: PolarKind
    /// Hz.
    var rates: [Int64]
    /// Bits.
    var resolutions: [Int64]
    /// g, of accelerations.
    var ranges: [Int64] = []
    /// How many channels the host may ask for; empty where it does not choose.
    var channelChoices: [Int64] = []
    /// Values of each sample.
    var channels: Int
    /// Whether the device packs differences by itself.
    var frames: VirtualDeviceOptions.Frames
    /// The rate that it gives where that is another than it offers, as some firmware does.
    var givenRate: Int64?

    /// The settings in their wire form: number, count, values of a fixed size.
    var wire: [UInt8] {
        var wire: [UInt8] = []
        for (number, values) in [(0, rates), (1, resolutions), (2, ranges), (4, channelChoices)]
        where !values.isEmpty {
            wire.append(UInt8(number))
            wire.append(UInt8(values.count))
            for value in values { wire.append(little: value, bytes: number == 4 ? 1 : 2) }
        }
        return wire
    }
}

/// A Polar sensor of which there is a profile.
struct PolarModel: Hashable, Sendable {
    var kind: String
    var offers: [PolarOffer]

    static let h10 = PolarModel(
        kind: "polar-h10",
        offers: [
            PolarOffer(
                kind: .electrocardiogram, rates: [130], resolutions: [14], channels: 1, frames: .raw
            ),
            PolarOffer(
                kind: .acceleration, rates: [25, 50, 100, 200], resolutions: [16],
                ranges: [2, 4, 8], channels: 3, frames: .raw),
        ])

    static let oh1 = PolarModel(
        kind: "polar-oh1",
        offers: [
            PolarOffer(
                kind: .pulse, rates: [130], resolutions: [22], channelChoices: [4], channels: 4,
                frames: .raw, givenRate: 135),
            PolarOffer(
                kind: .acceleration, rates: [50], resolutions: [16], ranges: [8], channels: 3,
                frames: .raw),
            PolarOffer(kind: .intervals, rates: [], resolutions: [], channels: 1, frames: .raw),
        ])

    static let veritySense = PolarModel(
        kind: "polar-verity-sense",
        offers: [
            PolarOffer(
                kind: .pulse, rates: [55], resolutions: [22], channelChoices: [4], channels: 4,
                frames: .delta),
            PolarOffer(
                kind: .acceleration, rates: [52], resolutions: [16], ranges: [8],
                channelChoices: [3], channels: 3, frames: .delta),
            PolarOffer(kind: .intervals, rates: [], resolutions: [], channels: 1, frames: .raw),
        ])
}

/// How a stream was started.
struct PolarStart: Hashable, Sendable {
    var rate: Int64 = 0
    var resolution: Int64 = 0
    var range: Int64 = 0

    /// g of one step where differences are sent.
    var factor: Float { Float(2 * range) / Float(1 << resolution) }
}

/// The answers of the control point.
enum PolarStatus: UInt8, Hashable, Sendable {
    case success = 0
    case badCommand = 1
    case badKind = 2
    case unsupported = 3
    case badLength = 4
    case badParameter = 5
    case alreadyInState = 6
    case badResolution = 7
    case badRate = 8
    case badRange = 9
    case badChannels = 11
    case badState = 12
}
