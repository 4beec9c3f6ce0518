import Foundation
import Glibc

// A small program that uses the devices as the daemon does and says what it sees, one JSON object a
// line. Tests run it where they need a process of its own: under umockdev's preloaded library, with
// an environment, or as another user.

let arguments = Array(CommandLine.arguments.dropFirst())
guard let command = arguments.first else {
    print("usage: device-probe enumerate|monitor|input|pause|source|inhibit|notify|watchdog …")
    exit(2)
}
let rest = Array(arguments.dropFirst())

do {
    switch (command, rest.count) {
    case ("enumerate", 1...): try Probe.enumerate(rest)
    case ("monitor", 1...): try Probe.monitor(rest)
    case ("input", 2): try Probe.input(rest[0], kind: rest[1])
    case ("pause", 2): try Probe.pause(rest[0], kind: rest[1])
    case ("source", 3): try Probe.source(rest[0], kind: rest[1], hiddenNeedle: rest[2])
    case ("inhibit", 2): try Probe.inhibit(mode: rest[0], milliseconds: Int(rest[1]) ?? 0)
    case ("notify", 1): try Probe.notify(rest[0])
    case ("watchdog", 0): try Probe.watchdog()
    default:
        print("device-probe: '\(command)' is no command or lacks arguments")
        exit(2)
    }
} catch {
    Probe.say(error)
    exit(1)
}
