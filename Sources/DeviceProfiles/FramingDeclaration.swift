/// How bytes are cut into samples: exactly one of the keys.
struct FramingDeclaration: Hashable, Sendable, Decodable {
    struct BITalino: Hashable, Sendable, Decodable {}

    struct Lines: Hashable, Sendable, Decodable {
        struct Record: Hashable, Sendable, Decodable {
            var stream: String?
            var pattern: String?
            var fields: [String]?
            var separator: String?
        }
        struct Marker: Hashable, Sendable, Decodable {
            var text: String
            var at: LinePlace?
            var means: FaultMeaning
            var missing: Bool?
        }
        var records: [Record]
        var markers: [Marker]?
        var maximumLength: Int?
        var discardFirst: Bool?
    }

    struct Frames: Hashable, Sendable, Decodable {
        struct Counter: Hashable, Sendable, Decodable {
            var at: Int
            var type: FrameFraming.FieldType
            var step: UInt32?
            var byteOrder: FrameFraming.ByteOrder?
        }
        struct Checksum: Hashable, Sendable, Decodable {
            var kind: FrameFraming.Checksum.Kind
            var at: Int
            var from: Int?
            var to: Int?
            var byteOrder: FrameFraming.ByteOrder?
        }
        struct Field: Hashable, Sendable, Decodable {
            var name: String
            var at: Int
            var type: FrameFraming.FieldType
            var count: Int?
            var stride: Int?
            var byteOrder: FrameFraming.ByteOrder?
        }
        var length: Int
        var sync: [UInt8]?
        var end: [UInt8]?
        var byteOrder: FrameFraming.ByteOrder?
        var counter: Counter?
        var checksum: Checksum?
        var fields: [Field]
        var confirmations: Int?
    }

    struct JSON: Hashable, Sendable, Decodable {
        struct Record: Hashable, Sendable, Decodable {
            var stream: String?
            var `where`: [String: String]?
            var missing: [String: [Double]]?
        }
        var records: [Record]
        var maximumLength: Int?
        var discardFirst: Bool?
        var ignoreOther: Bool?
    }

    struct Packets: Hashable, Sendable, Decodable {
        struct Field: Hashable, Sendable, Decodable {
            struct Range: Hashable, Sendable, Decodable {
                var minimum: Double?
                var maximum: Double?
            }
            var name: String?
            var type: PacketFraming.FieldType?
            var skip: Int?
            var byteOrder: FrameFraming.ByteOrder?
            var `if`: String?
            var unless: String?
            var repeats: Bool?
            var missing: [Int64]?
            var expect: [Int64]?
            var plausible: Range?
            var scale: Double?
            var offset: Double?
            var unitsPerSecond: Double?
        }
        struct Bits: Hashable, Sendable, Decodable {
            var name: String
            var of: String
            var at: Int
            var count: Int?
        }
        struct Fault: Hashable, Sendable, Decodable {
            var field: String
            var `is`: [Int64]
            var means: FaultMeaning
        }
        struct Counter: Hashable, Sendable, Decodable {
            var field: String
            var step: UInt32?
        }
        struct Record: Hashable, Sendable, Decodable {
            var characteristic: String
            var fields: [Field]
            var bits: [Bits]?
            var faults: [Fault]?
            var counter: Counter?
            var ignoreRest: Bool?
        }
        var records: [Record]
        var byteOrder: FrameFraming.ByteOrder?
    }

    var bitalino: BITalino?
    var lines: Lines?
    var frames: Frames?
    var json: JSON?
    var packets: Packets?
    var polar: Polar?
    var shimmer: Shimmer?
    var cyton: Cyton?
    var marker: Marker?
}

/// What a text or a bit says of the sensor.
enum FaultMeaning: String, Hashable, Sendable, Decodable, CaseIterable {
    case leadsOff, noContact

    var fault: DecodeFault.Cause { self == .leadsOff ? .leadsOff : .noContact }
}

typealias LinePlace = LineFraming.Marker.Place
