import ArgumentParser
import VirtualDevices

extension SimulateCommand {
    /// `attune simulate station`.
    struct Station: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "attune simulate station",
            abstract: "Several devices in one process; by default those of the demonstration.",
            discussion: """
                Makes for each of --devices DIR/NAME (a link to its pseudo-terminal) and DIR/NAME.log. \
                Without --devices: a BITalino, a Grove skin sensor and a keyboard. It makes DIR/bitalino, DIR/grove (links to pseudo-terminals), DIR/keyboard (a named pipe) \
                and beside each its log: DIR/bitalino.log and so on.
                """)
        @Option(help: "The directory for the devices' names and logs.")
        var dir: String
        @Option(
            help: "Devices of the catalogue, separated by commas; all takes all but the network's.")
        var devices: String?
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
            if let devices { return try runCatalogue(devices) }
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

        /// Names of the catalogue, each device with a seed of its own.
        private func runCatalogue(_ list: String) throws {
            let names =
                list == "all"
                ? VirtualDeviceCatalogue.entries.filter { $0.line != .network }.map(\.name)
                : list.split(separator: ",").map(String.init)
            var made: [any VirtualDevice] = []
            for (place, name) in names.enumerated() {
                var settings = VirtualDeviceSettings()
                settings.link = "\(dir)/\(name)"
                settings.logPath = "\(dir)/\(name).log"
                settings.seed = seed &+ UInt64(place)
                settings.impairments = try faults.impairments()
                made.append(try VirtualDeviceCatalogue.make(name, settings))
            }
            try Simulation.run(made, seconds: duration)
        }
    }
}
