/// The virtual devices by the names of their profiles.
public enum VirtualDeviceCatalogue {
    /// How a host talks to a virtual device.
    public enum Line: String, Hashable, Sendable {
        /// A pseudo-terminal that is read as a serial port.
        case serial
        /// A pseudo-terminal with lines of text that stand for Bluetooth packets.
        case bluetooth
        /// UDP.
        case network
    }

    /// One kind of device.
    public struct Entry: Hashable, Sendable {
        /// Its profile's name.
        public let name: String
        /// What it is, in a few words.
        public let title: String
        /// How a host talks to it.
        public let line: Line
        /// What the columns of a recording stand for.
        public let recording: String
    }

    /// All of them, in the order of the README.
    public static let entries: [Entry] = [
        Entry(
            name: "bitalino", title: "BITalino (r)evolution", line: .serial,
            recording: "A1 to A4, 0 to 1023"),
        Entry(
            name: "shimmer3-gsr", title: "Shimmer3 GSR+", line: .serial,
            recording: "raw channels in the inquiry's order"),
        Entry(
            name: "openbci-cyton", title: "OpenBCI Cyton", line: .serial,
            recording: "8 channels in steps, then 3 of the accelerometer"),
        Entry(
            name: "marker-port", title: "Marker port: one byte an event", line: .serial,
            recording: "none; see --marks"),
        Entry(
            name: "grove-gsr", title: "Grove GSR sketch", line: .serial, recording: "the reading"),
        Entry(
            name: "pulsesensor", title: "PulseSensor plotter", line: .serial,
            recording: "bpm, interval in ms, signal"),
        Entry(
            name: "pulsesensor-visualiser", title: "PulseSensor visualiser", line: .serial,
            recording: "the signal"),
        Entry(
            name: "ad8232", title: "AD8232 sketch", line: .serial,
            recording: "the reading, -1 leads off"),
        Entry(
            name: "max3010x", title: "MAX3010x sketch", line: .serial,
            recording: "IR, hundredths of bpm, average bpm, finger"),
        Entry(
            name: "line-sketch", title: "A sketch that prints a number a line", line: .serial,
            recording: "the number"),
        Entry(
            name: "heart-rate", title: "Heart Rate Service strap", line: .bluetooth,
            recording: "RR intervals in ms"),
        Entry(name: "polar-h10", title: "Polar H10", line: .bluetooth, recording: "ECG in µV"),
        Entry(
            name: "polar-verity-sense", title: "Polar Verity Sense", line: .bluetooth,
            recording: "3 channels of light, the room's light"),
        Entry(
            name: "polar-oh1", title: "Polar OH1", line: .bluetooth,
            recording: "3 channels of light, the room's light"),
        Entry(
            name: "pulse-oximeter", title: "Pulse Oximeter Service", line: .bluetooth,
            recording: "percent, beats a minute"),
        Entry(
            name: "nonin-3150", title: "Nonin 3150", line: .bluetooth,
            recording: "percent, beats a minute"),
        Entry(
            name: "thermometer", title: "Health Thermometer Service", line: .bluetooth,
            recording: "0.01 °C"),
        Entry(
            name: "environmental-sensing", title: "Environmental Sensing Service",
            line: .bluetooth, recording: "0.01 °C, 0.01 %, 0.1 Pa"),
        Entry(
            name: "bangle-js", title: "Bangle.js", line: .bluetooth, recording: "beats a minute"),
        Entry(
            name: "bitalino-ble", title: "BITalino with Bluetooth LE", line: .bluetooth,
            recording: "A1 to A4, 0 to 1023"),
        Entry(
            name: "emotibit", title: "EmotiBit", line: .network,
            recording: "infrared, red, green light"),
    ]

    /// Shorter names that are understood too.
    public static let shortNames = ["shimmer3": "shimmer3-gsr", "cyton": "openbci-cyton"]

    /// Makes a device.
    /// - Parameter name: an entry's name or a short one.
    /// - Throws: `VirtualDeviceError` for an unknown name or a setting that cannot be.
    public static func make(
        _ name: String, _ settings: VirtualDeviceSettings
    ) throws(VirtualDeviceError) -> any VirtualDevice {
        let name = shortNames[name] ?? name
        if let recording = settings.recording, recording.count == 0 {
            throw VirtualDeviceError(.recording, "The recording has no rows.")
        }
        if let rate = settings.options.rate, !(rate > 0 && rate <= 10_000) {
            throw VirtualDeviceError(.setting, "A rate is more than 0 and at most 10000 Hz.")
        }
        if let device = try makeSketch(name, settings) { return device }
        if name == "bitalino" { return try makeBitalino(settings) }
        let behaviour: any DeviceBehaviour
        var columns = ""
        switch name {
        case "shimmer3-gsr":
            behaviour = try ShimmerBehaviour(settings)
            columns = "ticks of 32768 Hz, then the channels in the inquiry's order"
        case "openbci-cyton":
            behaviour = try CytonBehaviour(settings)
            columns =
                "number, 8 channels, then 3 of the accelerometer, or code, value and ms; footer"
        case "marker-port":
            behaviour = try MarkerPortBehaviour(settings)
            columns = "byte"
        case "emotibit":
            let address = settings.options.address
            return try VirtualInstrument(
                kind: name, settings: settings, facts: ["columns \(EmotibitBehaviour.columns)"],
                style: .datagrams, behaviour: EmotibitBehaviour(settings)
            ) { () throws(VirtualDeviceError) in try DatagramEndpoint(address: address) }
        default: return try makeBluetooth(name, settings)
        }
        return try VirtualInstrument(
            kind: name, settings: settings, facts: ["columns \(columns)"], style: .bytes,
            behaviour: behaviour)
    }

    private static func makeBluetooth(
        _ name: String, _ settings: VirtualDeviceSettings
    ) throws(VirtualDeviceError) -> any VirtualDevice {
        let peripheral: any BluetoothPeripheral
        switch name {
        case "heart-rate":
            peripheral = HeartRatePeripheral(settings)
        case "polar-h10":
            peripheral = PolarPeripheral(.h10, settings)
        case "polar-oh1":
            peripheral = PolarPeripheral(.oh1, settings)
        case "polar-verity-sense":
            peripheral = PolarPeripheral(.veritySense, settings)
        case "pulse-oximeter":
            peripheral = OximeterPeripheral(settings)
        case "nonin-3150":
            peripheral = NoninPeripheral(settings)
        case "thermometer":
            peripheral = ThermometerPeripheral(settings)
        case "environmental-sensing":
            peripheral = RoomPeripheral(settings)
        case "bangle-js":
            peripheral = BanglePeripheral(settings)
        case "bitalino-ble":
            peripheral = try BitalinoPeripheral(settings)
        default:
            throw VirtualDeviceError(
                .setting,
                "There is no virtual device \(name); there are "
                    + entries.map(\.name).joined(separator: ", ") + ".")
        }
        return try VirtualInstrument(
            kind: name, settings: settings, facts: ["columns \(type(of: peripheral).columns)"],
            style: .bluetooth, behaviour: BluetoothBehaviour(peripheral))
    }

    private static func makeBitalino(
        _ settings: VirtualDeviceSettings
    ) throws(VirtualDeviceError) -> any VirtualDevice {
        var own = VirtualBitalino.Settings()
        own.rate = Int(settings.options.rate ?? 1000)
        own.link = settings.link
        own.logPath = settings.logPath
        own.seed = settings.seed
        own.recording = settings.recording
        own.count = settings.count
        own.staysWhenDone = settings.staysWhenDone
        own.impairments = settings.impairments
        return try VirtualBitalino(own)
    }

    private static func makeSketch(
        _ name: String, _ settings: VirtualDeviceSettings
    ) throws(VirtualDeviceError) -> VirtualLineSketch? {
        let formats: [String: LineFormat] = [
            "grove-gsr": .grove, "pulsesensor": .pulsePlotter,
            "pulsesensor-visualiser": .pulseVisualiser, "ad8232": .ad8232,
            "max3010x": .max3010x, "line-sketch": .integer,
        ]
        guard let format = formats[name] else { return nil }
        var own = VirtualLineSketch.Settings(format: format, rate: settings.options.rate)
        own.link = settings.link
        own.logPath = settings.logPath
        own.seed = settings.seed
        own.recording = settings.recording
        own.count = settings.count
        own.staysWhenDone = settings.staysWhenDone
        own.impairments = settings.impairments
        return try VirtualLineSketch(own)
    }
}
