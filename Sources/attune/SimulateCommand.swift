import ArgumentParser
import VirtualDevices

/// `attune simulate`: devices spoken from the other side.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run virtual devices for demonstrations and tests.",
        discussion: """
            Each prints one line of JSON when it is ready, with the path that a reader opens, and one \
            with what it made, sent and dropped when it ends: after --count or --duration, at the end \
            of a recording or text, or on Ctrl-C or SIGTERM. With --log it writes down all it did; the \
            log's first lines say how to read it.
            """,
        subcommands: [Bitalino.self, Lines.self, Keyboard.self, Station.self])

    /// `attune simulate bitalino`.
    struct Bitalino: ParsableCommand {
        static let configuration = CommandConfiguration(
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

        func run() throws {
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
            try Simulation.run([try VirtualBitalino(settings)], seconds: options.duration)
        }
    }

    /// `attune simulate lines`.
    struct Lines: ParsableCommand {
        static let configuration = CommandConfiguration(
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

        func run() throws {
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
            try Simulation.run([try VirtualLineSketch(settings)], seconds: options.duration)
        }
    }

    /// `attune simulate keyboard`.
    struct Keyboard: ParsableCommand {
        static let configuration = CommandConfiguration(
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

        func run() throws {
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
            try Simulation.run([try VirtualKeyboard(settings)], seconds: options.duration)
        }
    }

    /// `attune simulate station`.
    struct Station: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A BITalino, a Grove skin sensor and a keyboard in one process.",
            discussion: """
                Makes DIR/bitalino, DIR/grove (links to pseudo-terminals), DIR/keyboard (a named pipe) \
                and beside each its log: DIR/bitalino.log and so on.
                """)
        @Option(help: "The directory for the devices' names and logs.")
        var dir: String
        @Option(help: "Makes signals, typing and faults repeatable.")
        var seed: UInt64 = 1
        @Option(help: "Seconds until it ends; without it, it runs until Ctrl-C.")
        var duration: Double?
        @Option(help: "The BITalino's samples a second until a command sets another.")
        var rate = 1000
        @Option(help: "The BITalino's channels.")
        var channels = 6
        @Option(help: "What the keyboard types; without it sentences are made up.")
        var text: String?
        @OptionGroup var faults: FaultOptions

        func run() throws {
            try Simulation.makeDirectory(dir)
            var bitalino = VirtualBitalino.Settings()
            bitalino.rate = rate
            bitalino.channels = channels
            bitalino.link = "\(dir)/bitalino"
            bitalino.logPath = "\(dir)/bitalino.log"
            bitalino.seed = seed
            bitalino.impairments = try faults.impairments()
            var grove = VirtualLineSketch.Settings(format: .grove)
            grove.link = "\(dir)/grove"
            grove.logPath = "\(dir)/grove.log"
            grove.seed = seed
            grove.impairments = bitalino.impairments
            var keyboard = VirtualKeyboard.Settings()
            keyboard.pipe = "\(dir)/keyboard"
            keyboard.logPath = "\(dir)/keyboard.log"
            keyboard.text = text
            keyboard.staysWhenDone = true
            keyboard.seed = seed
            try Simulation.run(
                [
                    try VirtualBitalino(bitalino), try VirtualLineSketch(grove),
                    try VirtualKeyboard(keyboard),
                ], seconds: duration)
        }
    }
}

extension LineFormat: ExpressibleByArgument {}
