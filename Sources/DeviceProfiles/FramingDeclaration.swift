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
            enum Meaning: String, Hashable, Sendable, Decodable, CaseIterable {
                case leadsOff, noContact
                var fault: DecodeFault.Cause { self == .leadsOff ? .leadsOff : .noContact }
            }
            var text: String
            var at: LinePlace?
            var means: Meaning
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

    var bitalino: BITalino?
    var lines: Lines?
    var frames: Frames?
    var polar: Polar?
    var shimmer: Shimmer?
    var cyton: Cyton?
    var marker: Marker?
}

typealias LinePlace = LineFraming.Marker.Place
