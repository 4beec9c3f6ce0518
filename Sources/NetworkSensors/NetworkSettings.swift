import Declarations

/// The settings of `attune-net`, as `net.yaml` has them. Every key may be left out.
public struct NetworkSettings: CheckedDeclaration, Sendable {
    /// An LSL stream that is wanted.
    public struct Stream: CheckedDeclaration, Hashable, Sendable {
        public var name: String?
        public var type: String?
        public var sourceID: String?
        /// What it is called in sessions; its LSL name if left out.
        public var alias: String?
        /// Whose sessions it belongs to; all that record if left out.
        public var participant: String?

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case name, type, participant
            case sourceID = "source_id"
            case alias = "as"
        }

        public init(
            name: String? = nil, type: String? = nil, sourceID: String? = nil,
            alias: String? = nil, participant: String? = nil
        ) {
            self.name = name
            self.type = type
            self.sourceID = sourceID
            self.alias = alias
            self.participant = participant
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decodeIfPresent(String.self, forKey: .name)
            type = try container.decodeIfPresent(String.self, forKey: .type)
            sourceID = try container.decodeIfPresent(String.self, forKey: .sourceID)
            alias = try container.decodeIfPresent(String.self, forKey: .alias)
            participant = try container.decodeIfPresent(String.self, forKey: .participant)
        }

        public func check(_ report: inout DeclarationReport) {
            if name == nil && type == nil && sourceID == nil {
                report.add(
                    at: [], message: "a stream needs one of 'name', 'type' and 'source_id'")
            }
            report.requireName(alias, at: "as")
        }

        /// Whether a stream on the network is meant: everything that is given is the same.
        public func matches(_ info: LSLStreamInfo) -> Bool {
            (name == nil || name == info.name) && (type == nil || type == info.type)
                && (sourceID == nil || sourceID == info.sourceID)
        }

        /// What it is called in sessions.
        public var label: String { alias ?? name ?? sourceID ?? type ?? "lsl" }
    }

    /// An EmotiBit.
    public struct Emotibit: CheckedDeclaration, Hashable, Sendable {
        /// Where it is looked for; a broadcast address finds whichever is there.
        public var address: String
        public var port: Int
        /// Its id, where several are in the network.
        public var device: String?
        public var name: String
        /// The kinds of values that are recorded; all that are known if left out.
        public var types: [String]?
        public var participant: String?

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case address, port, device, name, types, participant
        }

        public init(address: String = "255.255.255.255", port: Int = 3131) {
            self.address = address
            self.port = port
            name = "emotibit"
        }

        public init(from decoder: any Decoder) throws {
            self.init()
            let container = try decoder.container(keyedBy: CodingKeys.self)
            address = try container.decodeIfPresent(String.self, forKey: .address) ?? address
            port = try container.decodeIfPresent(Int.self, forKey: .port) ?? port
            device = try container.decodeIfPresent(String.self, forKey: .device)
            name = try container.decodeIfPresent(String.self, forKey: .name) ?? name
            types = try container.decodeIfPresent([String].self, forKey: .types)
            participant = try container.decodeIfPresent(String.self, forKey: .participant)
        }

        public func check(_ report: inout DeclarationReport) {
            report.require(port, in: 1...65_535, at: "port")
            report.requireName(name, at: "name")
            if DatagramSocket.address(address, port: 1) == nil {
                report.add(
                    at: "address", message: "expected an IPv4 address, found '\(address)'")
            }
            for (place, type) in (types ?? []).enumerated() where EmotibitType(tag: type) == nil {
                report.add(
                    at: "types", String(place),
                    message:
                        "expected one of \(EmotibitType.all.map(\.tag).joined(separator: ", "))"
                        + ", found '\(type)'")
            }
        }
    }

    /// What of the sessions that record is offered to the network.
    public struct Publication: CheckedDeclaration, Hashable, Sendable {
        /// The streams by their names in sessions; all if left out.
        public var streams: [String]?
        /// Whether phases, turns, marks and pauses are told, as a stream of texts.
        public var markers = true
        /// Whose sessions; everybody's if left out.
        public var participant: String?

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case streams, markers, participant
        }

        public init() {}

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            streams = try container.decodeIfPresent([String].self, forKey: .streams)
            markers = try container.decodeIfPresent(Bool.self, forKey: .markers) ?? true
            participant = try container.decodeIfPresent(String.self, forKey: .participant)
        }

        public func check(_ report: inout DeclarationReport) {
            if streams == [] && !markers {
                report.add(at: [], message: "no stream and no markers: there is nothing to offer")
            }
        }

        /// Whether a stream is meant.
        func wants(_ stream: String) -> Bool { streams?.contains(stream) ?? true }
    }

    /// The daemon's runtime directory.
    public var runtime: String?
    /// The library's path.
    public var liblsl: String?
    public var lsl: [Stream]
    public var emotibit: [Emotibit]
    /// nil where nothing is offered.
    public var publish: Publication?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case runtime, liblsl, lsl, emotibit, publish
    }

    public init() {
        lsl = []
        emotibit = []
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        runtime = try container.decodeIfPresent(String.self, forKey: .runtime)
        liblsl = try container.decodeIfPresent(String.self, forKey: .liblsl)
        lsl = try container.decodeIfPresent([Stream].self, forKey: .lsl) ?? []
        emotibit = try container.decodeIfPresent([Emotibit].self, forKey: .emotibit) ?? []
        publish = try container.decodeIfPresent(Publication.self, forKey: .publish)
    }

    public func check(_ report: inout DeclarationReport) {
        var names: Set<String> = []
        for (place, stream) in lsl.enumerated() where !names.insert(stream.label).inserted {
            report.add(
                at: "lsl", String(place),
                message: "two streams are called '\(stream.label)': give one of them an 'as'")
        }
        for (place, device) in emotibit.enumerated() where !names.insert(device.name).inserted {
            report.add(
                at: "emotibit", String(place),
                message: "'\(device.name)' is taken: give it a 'name' of its own")
        }
    }

    /// Reads a settings file.
    public static func load(path: String) throws(DeclarationErrors) -> NetworkSettings {
        try DeclarationDocument(path: path).decode(NetworkSettings.self)
    }
}
