import Timebase

/// Makes a profile of a declaration and options, and says what does not fit together.
struct ProfileBuilder {
    /// Without the streams that the options leave out.
    let declaration: ProfileDeclaration
    /// As it was read.
    let whole: ProfileDeclaration
    let options: ProfileOptions
    /// What is wrong, by the keys in the file.
    private(set) var problems: [(keys: [String], message: String)] = []

    init(_ declaration: ProfileDeclaration, options: ProfileOptions) {
        self.declaration = declaration.leavingOut(options)
        whole = declaration
        self.options = options
    }

    mutating func problem(_ keys: [String], _ message: String) {
        problems.append((keys, message))
    }

    /// The profile; nil where something is wrong.
    mutating func build(text: String, path: String) -> DeviceProfile? {
        checkName(declaration.name, ["name"])
        if declaration.version < 1 {
            problem(["version"], "expected 1 or more, found \(declaration.version)")
        }
        let match = buildMatch()
        let transport = buildTransport()
        checkOptions()
        let chosen = chooseChannels()
        var streams = buildStreams(chosen)
        let framing = buildFraming(chosen, &streams)
        let start = buildSteps(declaration.start ?? [], key: "start", framing, transport)
        let stop = buildSteps(declaration.stop ?? [], key: "stop", framing, transport)
        guard problems.isEmpty, let transport else { return nil }
        return DeviceProfile(
            name: declaration.name, version: declaration.version, title: declaration.title,
            text: text, path: path, match: match, transport: transport, framing: framing,
            streams: streams, start: start, stop: stop, options: options,
            declaration: whole)
    }

    mutating func checkName(_ name: String, _ keys: [String]) {
        let isName =
            !name.isEmpty && name.utf8.count <= 64
            && name.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
                        || "-_.".unicodeScalars.contains($0))
            }
        guard !isName else { return }
        problem(keys, "expected a name of letters, digits, '-', '_' and '.', found '\(name)'")
    }

    // MARK: Recognition and transport

    /// USB vendors whose ids name a bridge or a board, never the device behind it.
    private static let bridges = [
        "1a86": "CH340", "10c4": "CP210x", "0403": "FTDI", "067b": "PL2303", "2341": "Arduino",
        "2a03": "Arduino", "1b4f": "SparkFun", "239a": "Adafruit", "303a": "Espressif",
    ]

    private mutating func buildMatch() -> [ProfileMatch] {
        var result: [ProfileMatch] = []
        for (index, entry) in (declaration.match ?? []).enumerated() {
            let keys = ["match", "\(index)"]
            let isGeneric = entry.generic ?? false
            switch (entry.properties, entry.bluetooth) {
            case (let properties?, nil):
                checkProperties(properties, isGeneric, keys + ["properties"])
                result.append(ProfileMatch(properties: properties, isGeneric: isGeneric))
            case (nil, let bluetooth?):
                let match = bluetoothMatch(bluetooth, keys + ["bluetooth"])
                result.append(
                    ProfileMatch(properties: [:], isGeneric: isGeneric, bluetooth: match))
            default:
                problem(keys, "expected exactly one of the keys properties, bluetooth")
            }
        }
        return result
    }

    private mutating func checkProperties(
        _ properties: [String: String], _ isGeneric: Bool, _ keys: [String]
    ) {
        if declaration.transport.bluetooth != nil {
            problem(
                keys, "expected the key bluetooth instead, since the transport is bluetooth")
            return
        }
        if properties.isEmpty {
            problem(keys, "expected at least one udev property, such as ID_VENDOR_ID")
        }
        guard !isGeneric, properties["ID_SERIAL_SHORT"] == nil else { return }
        if let vendor = properties["ID_VENDOR_ID"]?.lowercased(), let bridge = Self.bridges[vendor]
        {
            problem(
                keys + ["ID_VENDOR_ID"],
                "\(vendor) (\(bridge)) names only the USB bridge: expected 'generic: true' "
                    + "beside 'properties', or an ID_SERIAL_SHORT")
        }
        if declaration.transport.input != nil {
            problem(
                keys,
                "an input device is bound by the station's settings: expected "
                    + "'generic: true' beside 'properties'")
        }
    }

    private mutating func buildTransport() -> Transport? {
        let declared = declaration.transport
        switch (declared.serial, declared.bluetooth, declared.input) {
        case (let serial?, nil, nil):
            var settings = SerialSettings(
                baud: serial.baud, dataBits: serial.dataBits ?? 8, parity: serial.parity ?? .none,
                stopBits: serial.stopBits ?? 1)
            let keys = ["transport", "serial"]
            checkBaud(serial.baud, keys + ["baud"])
            if ![7, 8].contains(settings.dataBits) {
                problem(keys + ["dataBits"], "expected 7 or 8, found \(settings.dataBits)")
            }
            if ![1, 2].contains(settings.stopBits) {
                problem(keys + ["stopBits"], "expected 1 or 2, found \(settings.stopBits)")
            }
            if let baud = options.baud {
                checkBaud(baud, ["options", "baud"])
                settings.baud = baud
            }
            return .serial(settings)
        case (nil, let bluetooth?, nil):
            checkNoBaud()
            return .bluetooth(bluetoothSettings(bluetooth, ["transport", "bluetooth"]))
        case (nil, nil, let input?):
            checkNoBaud()
            return .input(input)
        default:
            problem(["transport"], "expected exactly one of the keys serial, bluetooth, input")
            return nil
        }
    }

    private mutating func checkNoBaud() {
        guard options.baud != nil else { return }
        problem(["options", "baud"], "expected no rate: the device has no serial port")
    }

    private mutating func checkBaud(_ baud: Int, _ keys: [String]) {
        if !(50...4_000_000).contains(baud) {
            problem(keys, "expected 50 to 4000000, found \(baud)")
        }
    }

    private mutating func checkOptions() {
        for (index, rate) in (declaration.rates ?? []).enumerated()
        where !(rate > 0 && rate <= 1_000_000) {
            problem(["rates", "\(index)"], "expected more than 0 up to 1000000, found \(rate)")
        }
        if let rate = options.rate {
            if let rates = declaration.rates, !rates.contains(rate) {
                let list = rates.map(Self.plain).joined(separator: ", ")
                problem(
                    ["options", "rate"], "expected one of \(list), found \(Self.plain(rate))")
            } else if !(rate > 0 && rate <= 1_000_000) {
                problem(
                    ["options", "rate"],
                    "expected more than 0 up to 1000000, found \(Self.plain(rate))")
            }
        }
    }

    /// A number without needless decimals.
    static func plain(_ number: Double) -> String {
        Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}
