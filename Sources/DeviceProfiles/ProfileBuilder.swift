import Timebase

/// Makes a profile of a declaration and options, and says what does not fit together.
struct ProfileBuilder {
    let declaration: ProfileDeclaration
    let options: ProfileOptions
    /// What is wrong, by the keys in the file.
    private(set) var problems: [(keys: [String], message: String)] = []

    init(_ declaration: ProfileDeclaration, options: ProfileOptions) {
        self.declaration = declaration
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
        let start = buildSteps(declaration.start ?? [], key: "start", framing)
        let stop = buildSteps(declaration.stop ?? [], key: "stop", framing)
        guard problems.isEmpty, let transport else { return nil }
        return DeviceProfile(
            name: declaration.name, version: declaration.version, title: declaration.title,
            text: text, path: path, match: match, transport: transport, framing: framing,
            streams: streams, start: start, stop: stop, options: options,
            declaration: declaration)
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
            let keys = ["match", "\(index)", "properties"]
            if entry.properties.isEmpty {
                problem(keys, "expected at least one udev property, such as ID_VENDOR_ID")
            }
            let isGeneric = entry.generic ?? false
            if !isGeneric, entry.properties["ID_SERIAL_SHORT"] == nil,
                let vendor = entry.properties["ID_VENDOR_ID"]?.lowercased(),
                let bridge = Self.bridges[vendor]
            {
                problem(
                    keys + ["ID_VENDOR_ID"],
                    "\(vendor) (\(bridge)) names only the USB bridge: expected 'generic: true' "
                        + "beside 'properties', or an ID_SERIAL_SHORT")
            }
            if !isGeneric, declaration.transport.input != nil,
                entry.properties["ID_SERIAL_SHORT"] == nil
            {
                problem(
                    keys,
                    "an input device is bound by the station's settings: expected "
                        + "'generic: true' beside 'properties'")
            }
            result.append(ProfileMatch(properties: entry.properties, isGeneric: isGeneric))
        }
        return result
    }

    private mutating func buildTransport() -> Transport? {
        switch (declaration.transport.serial, declaration.transport.input) {
        case (let serial?, nil):
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
        case (nil, let input?):
            if options.baud != nil {
                problem(["options", "baud"], "expected no rate: the device has no serial port")
            }
            return .input(input)
        default:
            problem(["transport"], "expected exactly one of the keys serial, input")
            return nil
        }
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

    // MARK: Dialogues

    private mutating func buildSteps(
        _ steps: [StepDeclaration], key: String, _ framing: Framing
    ) -> [DialogueStep] {
        if !steps.isEmpty, declaration.transport.serial == nil {
            problem([key], "expected no steps: the device has no port to write to")
        }
        var result: [DialogueStep] = []
        for (index, step) in steps.enumerated() {
            let keys = [key, "\(index)"]
            if let built = buildStep(step, keys, framing) { result.append(built) }
        }
        return result
    }

    private mutating func buildStep(
        _ step: StepDeclaration, _ keys: [String], _ framing: Framing
    ) -> DialogueStep? {
        let given = [
            step.command != nil, step.sendHex != nil, step.sendText != nil,
            step.waitMilliseconds != nil, step.expectHex != nil, step.expectLine != nil,
            step.expectCount != nil,
        ].count(where: { $0 })
        guard given == 1 else {
            problem(
                keys,
                "expected exactly one of command, sendHex, sendText, waitMilliseconds, "
                    + "expectHex, expectLine, expectCount, found \(given)")
            return nil
        }
        let expects = step.expectHex != nil || step.expectLine != nil || step.expectCount != nil
        let timeout = step.timeoutMilliseconds ?? 1000
        if step.timeoutMilliseconds != nil, !expects {
            problem(keys + ["timeoutMilliseconds"], "expected only beside an expect… key")
        } else if !(1...60_000).contains(timeout) {
            problem(
                keys + ["timeoutMilliseconds"], "expected 1 to 60000, found \(timeout)")
        }
        if let name = step.command {
            guard case .bitalino(let bitalino) = framing else {
                problem(keys + ["command"], "this framing has no commands; use sendHex")
                return nil
            }
            guard let bytes = bitalino.command(name) else {
                problem(
                    keys + ["command"],
                    "expected one of "
                        + BITalinoFraming.commands.joined(separator: ", ") + ", found '\(name)'")
                return nil
            }
            return .send(bytes)
        }
        if let wait = step.waitMilliseconds {
            if !(0...60_000).contains(wait) {
                problem(keys + ["waitMilliseconds"], "expected 0 to 60000, found \(wait)")
            }
            return .wait(milliseconds: wait)
        }
        if let text = step.sendText { return .send(Array(text.utf8)) }
        if let line = step.expectLine {
            return .expect(.line(start: line), timeoutMilliseconds: timeout)
        }
        if let count = step.expectCount {
            if !(1...4096).contains(count) {
                problem(keys + ["expectCount"], "expected 1 to 4096, found \(count)")
            }
            return .expect(.count(count), timeoutMilliseconds: timeout)
        }
        let key = step.sendHex != nil ? "sendHex" : "expectHex"
        guard let bytes = Self.hex(step.sendHex ?? step.expectHex ?? ""), !bytes.isEmpty else {
            problem(
                keys + [key], "expected bytes as two hexadecimal digits each, such as 'FF 07'")
            return nil
        }
        return expects
            ? .expect(.bytes(bytes), timeoutMilliseconds: timeout) : .send(bytes)
    }

    /// Bytes from hexadecimal digits with spaces between or not.
    private static func hex(_ text: String) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != 32 }
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            let pair = String(decoding: digits[index...index + 1], as: UTF8.self)
            guard pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }
}
