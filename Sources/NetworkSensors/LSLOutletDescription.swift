/// What an outlet says of itself on the network.
public struct LSLOutletDescription: Hashable, Sendable {
    public struct Channel: Hashable, Sendable {
        public var label: String
        /// Such as `uS`; empty where there is none.
        public var unit: String

        public init(label: String, unit: String) {
            self.label = label
            self.unit = unit
        }
    }

    /// What a stream holds.
    public enum Content: Hashable, Sendable {
        /// Numbers in the channels' units.
        case samples([Channel])
        /// One text at a time.
        case markers
    }

    public var name: String
    /// Stays the same when this program or the daemon starts anew, so that a recorder goes on.
    public var sourceID: String
    /// In Hz; nil where it is irregular.
    public var rate: Double?
    public var content: Content
    /// Where it comes from, in order: names of XML elements, and their texts.
    public var origin: [Fact]

    public struct Fact: Hashable, Sendable {
        public var name: String
        public var text: String

        public init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }
    }

    public init(
        name: String, sourceID: String, rate: Double?, content: Content, origin: [Fact]
    ) {
        self.name = name
        self.sourceID = sourceID
        self.rate = rate
        self.content = content
        self.origin = origin
    }

    var channelCount: Int {
        switch content {
        case .samples(let channels): channels.count
        case .markers: 1
        }
    }

    /// What a stream holds in the words that Lab Streaming Layer's users share; `Misc` where a stream's
    /// channels are of several types.
    var type: String {
        guard case .samples(let channels) = content else { return "Markers" }
        let types = Set(channels.map { Self.type(of: $0.label, in: name) })
        return types.count == 1 ? types.first ?? "Misc" : "Misc"
    }

    /// The type of one channel: by its own name, and where that says nothing, by its stream's.
    static func type(of label: String, in stream: String) -> String {
        known(label) ?? known(stream) ?? "Misc"
    }

    private static func known(_ name: String) -> String? {
        let words = name.lowercased().split { !$0.isLetter }.map(String.init)
        return words.lazy.compactMap { types[$0] }.first
    }

    private static let types = [
        "ecg": "ECG", "ekg": "ECG", "eeg": "EEG", "emg": "EMG", "eog": "EOG",
        "eda": "GSR", "gsr": "GSR", "scl": "GSR", "skin": "GSR",
        "ppg": "PPG", "bvp": "PPG", "pulse": "PPG",
        "resp": "Respiration", "respiration": "Respiration", "breath": "Respiration",
        "hr": "HeartRate", "heart": "HeartRate", "rr": "RRInterval", "ibi": "RRInterval",
        "acc": "Accelerometer", "accelerometer": "Accelerometer", "gyro": "Gyroscope",
        "temp": "Temperature", "temperature": "Temperature", "audio": "Audio",
    ]
}
