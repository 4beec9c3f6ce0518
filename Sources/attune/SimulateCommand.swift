import ArgumentParser
import VirtualDevices

/// `attune simulate`: devices spoken from the other side.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run virtual devices for demonstrations and tests.",
        usage: """
            attune simulate DEVICE [options] [DEVICE [options] ...]
            attune simulate station --dir DIR [options]
            attune simulate --list
            """,
        discussion: """
            DEVICE is a profile's name (see --list), or: lines, a sketch of any format; keyboard, input \
            events on a pipe. DEVICE --help tells its options.

            Each prints one line of JSON when it is ready, with the path that a reader opens, and one \
            with what it made, sent and dropped when it ends: after --count or --duration, at the end \
            of a recording or text, or on Ctrl-C or SIGTERM. With --log it writes down all it did; the \
            log's first lines say how to read it.
            """)

    @Flag(help: "List the devices, how a host talks to them, and what a recording's columns are.")
    var list = false
    @Argument(parsing: .captureForPassthrough, help: "Devices, each with its options.")
    var devices: [String] = []

    func run() throws {
        if list { return Self.showList() }
        guard let first = devices.first else {
            throw ValidationError("Which device? attune simulate --list tells which there are.")
        }
        if first == "--help" || first == "-h" { throw CleanExit.helpRequest(Self.self) }
        if first == "station" {
            try Self.help(Station.self, devices)
            return try Station.parse(Array(devices.dropFirst())).run()
        }
        var made: [any VirtualDevice] = []
        var seconds: Double?
        for group in try Self.split(devices) {
            let (device, duration) = try Self.make(group.name, group.options)
            made.append(device)
            if let duration { seconds = max(seconds ?? 0, duration) }
        }
        try Simulation.run(made, seconds: seconds)
    }

    private static func showList() {
        for entry in VirtualDeviceCatalogue.entries {
            let name = entry.name + String(repeating: " ", count: max(1, 24 - entry.name.count))
            let line =
                entry.line.rawValue + String(repeating: " ", count: 11 - entry.line.rawValue.count)
            print("\(name)\(line)\(entry.title) (CSV: \(entry.recording))")
        }
    }

    /// Each device's name with the options that follow it.
    static func split(_ words: [String]) throws -> [(name: String, options: [String])] {
        let names = Set(
            VirtualDeviceCatalogue.entries.map(\.name) + VirtualDeviceCatalogue.shortNames.keys
                + ["lines", "keyboard"])
        let flags: Set<String> = ["--autostart", "--stay", "--silent", "--help", "-h"]
        var groups: [(name: String, options: [String])] = []
        var isValue = false
        for word in words {
            if isValue || word.hasPrefix("-") {
                guard !groups.isEmpty else {
                    throw ValidationError("\(word) must stand behind the device that it is for.")
                }
                groups[groups.count - 1].options.append(word)
                isValue = !isValue && !flags.contains(word) && !word.contains("=")
            } else {
                guard names.contains(word) else {
                    throw ValidationError(
                        "There is no virtual device \(word); there are "
                            + names.sorted().joined(separator: ", ") + ".")
                }
                groups.append((word, []))
            }
        }
        return groups
    }

    private static func make(
        _ name: String, _ options: [String]
    ) throws -> (device: any VirtualDevice, seconds: Double?) {
        switch name {
        case "bitalino":
            try help(Bitalino.self, options)
            let command = try Bitalino.parse(options)
            return (try command.device(), command.options.duration)
        case "lines":
            try help(Lines.self, options)
            let command = try Lines.parse(options)
            return (try command.device(), command.options.duration)
        case "keyboard":
            try help(Keyboard.self, options)
            let command = try Keyboard.parse(options)
            return (try command.device(), command.options.duration)
        default:
            try help(Device.self, options)
            let command = try Device.parse(options)
            return (try command.device(name), command.options.duration)
        }
    }

    /// Ends with a device's help where it is asked for; the parser of the whole line would show its own.
    private static func help(_ command: any ParsableCommand.Type, _ options: [String]) throws {
        guard options.contains("--help") || options.contains("-h") else { return }
        print(command.helpMessage())
        throw ExitCode.success
    }

    /// `attune simulate DEVICE`, of the catalogue.
    struct Device: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "attune simulate DEVICE",
            abstract: "A device of the catalogue; each takes the options that concern it.")
        @OptionGroup var options: SimulationOptions
        @OptionGroup var replay: ReplayOptions
        @OptionGroup var faults: FaultOptions
        @OptionGroup var own: DeviceOptions

        func device(_ name: String) throws -> any VirtualDevice {
            var settings = VirtualDeviceSettings()
            settings.link = options.link
            settings.logPath = options.log
            settings.seed = options.seed
            settings.recording = try replay.recording(range: Int64.min...Int64.max)
            settings.count = options.count
            settings.staysWhenDone = options.stay
            settings.impairments = try faults.impairments()
            settings.options = try own.settings()
            return try VirtualDeviceCatalogue.make(name, settings)
        }
    }

    /// `attune simulate bitalino`.
    struct Bitalino: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "attune simulate bitalino",
            abstract: "A BITalino on a pseudo-terminal; sends when it gets the start command.")
        @OptionGroup var options: SimulationOptions
        @OptionGroup var replay: ReplayOptions
        @OptionGroup var faults: FaultOptions
        @Option(help: "Samples a second until a command sets another: 1, 10, 100 or 1000.")
        var rate = 1000
        @Option(help: "How many analogue channels it has, 1 to 6.")
        var channels = 6
        @Flag(help: "Send all channels at once instead of waiting for the start command.")
        var autostart = false

        func device() throws -> any VirtualDevice {
            var settings = VirtualBitalino.Settings()
            settings.rate = rate
            settings.channels = channels
            settings.link = options.link
            settings.logPath = options.log
            settings.seed = options.seed
            settings.recording = try replay.recording(range: 0...1023)
            settings.count = options.count
            settings.staysWhenDone = options.stay
            settings.startsAtOnce = autostart
            settings.impairments = try faults.impairments()
            return try VirtualBitalino(settings)
        }
    }

    /// `attune simulate lines`.
    struct Lines: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "attune simulate lines",
            abstract: "An Arduino sketch that prints lines; starts when its port is opened.")
        @OptionGroup var options: SimulationOptions
        @OptionGroup var replay: ReplayOptions
        @OptionGroup var faults: FaultOptions
        @Option(
            help: """
                What it prints: \(LineFormat.allCases.map(\.rawValue).joined(separator: ", ")).
                """)
        var format = LineFormat.integer
        @Option(help: "Samples a second; by default as the sketch of that name prints them.")
        var rate: Double?
        @Option(help: "Seconds of silence after the port was opened, as a board needs to boot.")
        var boot = 0.3
        @Flag(help: "Send from the beginning; opening the port does not reset it.")
        var autostart = false

        func device() throws -> any VirtualDevice {
            var settings = VirtualLineSketch.Settings(format: format, rate: rate)
            settings.link = options.link
            settings.logPath = options.log
            settings.seed = options.seed
            settings.recording = try replay.recording(range: Int64.min...Int64.max)
            settings.count = options.count
            settings.staysWhenDone = options.stay
            settings.startsAtOnce = autostart
            settings.bootSeconds = boot
            settings.impairments = try faults.impairments()
            return try VirtualLineSketch(settings)
        }
    }

    /// `attune simulate keyboard`.
    struct Keyboard: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "attune simulate keyboard",
            abstract: "A keyboard that writes input events to a pipe; starts when it is opened.")
        @OptionGroup var options: SimulationOptions
        @OptionGroup var faults: FaultOptions
        @Option(help: "Where to make a named pipe; without it a pseudo-terminal is made.")
        var pipe: String?
        @Option(help: "What to type; without it sentences are made up.")
        var text: String?
        @Option(help: "Seconds between the opening and the first key's time.")
        var start = 0.5
        @Flag(help: "Type from the beginning instead of waiting for a reader.")
        var autostart = false

        func device() throws -> any VirtualDevice {
            var settings = VirtualKeyboard.Settings()
            settings.pipe = pipe
            settings.link = options.link
            settings.logPath = options.log
            settings.text = text
            settings.seed = options.seed
            settings.count = options.count
            settings.staysWhenDone = options.stay
            settings.startsAtOnce = autostart
            settings.startSeconds = start
            settings.impairments = try faults.impairments()
            return try VirtualKeyboard(settings)
        }
    }
}

extension LineFormat: ExpressibleByArgument {}
