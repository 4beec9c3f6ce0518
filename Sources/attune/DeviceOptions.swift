import ArgumentParser
import VirtualDevices

/// What single kinds of virtual devices can be told.
struct DeviceOptions: ParsableArguments {
    @Option(help: "Samples or packets a second until the host sets another rate.")
    var rate: Double?
    @Option(help: "Polar: raw or delta frames of acceleration and light.")
    var frames: VirtualDeviceOptions.Frames?
    @Option(
        help:
            "Polar: what its clock says at first: now, factory (2019-01-01), or ns since 2000-01-01."
    )
    var clock = "now"
    @Option(help: "Polar: bytes of settings in one reply at most; more come in several.")
    var replyLimit: Int?
    @Option(help: "Polar: seconds until the first pulse intervals.")
    var intervalDelay = 25.0
    @Option(help: "Polar: after so many seconds it ends its streams by itself; 0 for never.")
    var stopsAfter = 0.0
    @Option(help: "Shimmer: seconds between status messages amid the data; 0 for none.")
    var statusEvery = 20.0
    @Option(help: "Shimmer: where its counter of 24 bits starts.")
    var ticksStart: UInt32 = 0
    @Option(help: "Cyton: each how many frames hold an accelerometer reading.")
    var accelerometerEvery = 10
    @Option(help: "Heart rate, oximeters: seconds between moments without contact; 0 for none.")
    var contactLossEvery = 0.0
    @Option(help: "Heart rate: probability of a made-up RR interval of some 50 ms.")
    var falseIntervals = 0.0
    @Option(help: "Marker port: SECONDS:BYTE,... after the opening; without it a byte each 2 s.")
    var marks: String?
    @Option(help: "EmotiBit: the address on which it listens; port 0 takes a free one.")
    var udp = "127.0.0.1:3131"

    func settings() throws -> VirtualDeviceOptions {
        var options = VirtualDeviceOptions()
        options.rate = rate
        options.frames = frames
        switch clock {
        case "now": options.clockStart = nil
        case "factory": options.clockStart = VirtualDeviceOptions.polarFactoryClock
        default:
            guard let start = Int64(clock), start >= 0 else {
                throw ValidationError("--clock is now, factory, or nanoseconds since 2000-01-01.")
            }
            options.clockStart = start
        }
        options.replyLimit = replyLimit
        options.intervalDelaySeconds = intervalDelay
        options.stopsAfterSeconds = stopsAfter
        options.statusEverySeconds = statusEvery
        options.ticksStart = ticksStart
        options.accelerometerEvery = accelerometerEvery
        options.contactLossEverySeconds = contactLossEvery
        options.falseIntervals = falseIntervals
        options.address = udp
        options.marks = try marks.map { text in
            try text.split(separator: ",").map { mark in
                let parts = mark.split(separator: ":")
                guard parts.count == 2, let seconds = Double(parts[0]), let byte = UInt8(parts[1])
                else {
                    throw ValidationError("--marks is SECONDS:BYTE,..., such as 0.5:1,2:255.")
                }
                return VirtualMark(seconds: seconds, byte: byte)
            }
        }
        return options
    }
}

extension VirtualDeviceOptions.Frames: ExpressibleByArgument {}
