import ArgumentParser
import Link

/// `attune devices`: what is plugged in, and what can be done with profiles.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "List the devices, check profiles, decode bytes.",
        subcommands: [
            List.self, CheckProfilesCommand.self, DecodeCommand.self, DevicesPairCommand.self,
        ],
        defaultSubcommand: List.self)

    /// `attune devices list`, which is also what `attune devices` does.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the devices, their profiles and states.")

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let devices = try global.connect().call(ControlInterface.ListDevices.self, .init())
                .devices
            if global.json { return try Output.json(devices) }
            DeviceTable.show(devices)
        }
    }
}
