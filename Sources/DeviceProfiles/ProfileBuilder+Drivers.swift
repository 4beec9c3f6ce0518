import Timebase

/// The framings of devices that are talked with by drivers of their own.
extension ProfileBuilder {
    /// Goes through the channels with their places among the streams'.
    private func places(
        _ chosen: [ChosenChannel]
    ) -> [(chosen: ChosenChannel, stream: Int, channel: Int)] {
        var next: [Int: Int] = [:]
        return chosen.map { channel in
            let index = next[channel.stream, default: 0]
            next[channel.stream] = index + 1
            return (channel, channel.stream, index)
        }
    }

    /// A framing's parameter: the option of that name, else what the framing says.
    private mutating func parameter(
        _ name: String, _ declared: Int?, default fallback: Int, _ allowed: [Int], _ framing: String
    ) -> Int {
        let option = options.parameters?[name]
        let value = option ?? Double(declared ?? fallback)
        if let whole = Int(exactly: value), allowed.contains(whole) { return whole }
        let list =
            allowed.count > 12
            ? "\(allowed[0]) to \(allowed[allowed.count - 1])"
            : allowed.map(String.init).joined(separator: ", ")
        problem(
            option == nil ? ["framing", framing, name] : ["options", "parameters", name],
            "expected one of \(list), found \(Self.plain(value))")
        return fallback
    }

    private mutating func checkTalk(_ framing: String, isBluetooth: Bool) {
        if isBluetooth != (declaration.transport.bluetooth != nil) {
            problem(
                ["transport"],
                "expected \(isBluetooth ? "bluetooth" : "serial"), since the framing is \(framing)")
        }
        for (key, steps) in [("start", declaration.start), ("stop", declaration.stop)]
        where !(steps ?? []).isEmpty {
            problem([key], "expected no steps: the framing \(framing) talks with the device itself")
        }
    }

    private mutating func checkWhole(_ channel: ChosenChannel) {
        if (channel.declaration.number ?? .integer) != .integer
            || channel.declaration.decimals != nil
        {
            problem(channel.keys + ["number"], "expected integer with this framing")
        }
    }

    // MARK: Polar

    mutating func buildPolar(
        _ polar: FramingDeclaration.Polar, _ chosen: [ChosenChannel],
        _ streams: inout [StreamProfile]
    ) -> Framing {
        let keys = ["framing", "polar"]
        checkTalk("polar", isBluetooth: true)
        let control = characteristic(named: polar.control, keys + ["control"])
        let data = characteristic(named: polar.data, keys + ["data"])
        for name in (polar.streams ?? [:]).keys.sorted()
        where !streams.contains(where: { $0.name == name })
            && !(options.channels != nil && declaration.framing?.leavesOutStreams == true)
        {
            problem(keys + ["streams", name], "there is no stream '\(name)'")
        }
        var result: [PolarFraming.Stream] = []
        for index in streams.indices {
            let channels = chosen.filter { $0.stream == index }
            guard
                let stream = polarStream(
                    channels, streams[index], polar.streams?[streams[index].name],
                    ["streams", "\(index)"])
            else { continue }
            if result.contains(where: { $0.measurement == stream.measurement }) {
                problem(
                    ["streams", "\(index)"],
                    "another stream has the \(stream.measurement.title) already")
            }
            result.append(stream)
        }
        for place in places(chosen)
        where streams.indices.contains(place.stream)
            && streams[place.stream].channels.indices.contains(place.channel)
        {
            setBits(nil, of: &streams[place.stream].channels[place.channel], place.chosen)
            if place.chosen.declaration.decimals != nil {
                problem(place.chosen.keys + ["decimals"], "expected integer or real")
            }
        }
        guard let control, let data, result.count == streams.count else { return .none }
        return .polar(PolarFraming(streams: result, control: control, data: data))
    }

    private mutating func polarStream(
        _ channels: [ChosenChannel], _ stream: StreamProfile,
        _ asked: FramingDeclaration.Polar.Stream?, _ keys: [String]
    ) -> PolarFraming.Stream? {
        let all = PolarFraming.Measurement.allCases
        guard let first = channels.first else { return nil }
        guard
            let measurement = all.first(where: { $0.sources.contains(first.declaration.source) })
        else {
            problem(
                first.keys + ["source"],
                "expected one of \(all.flatMap(\.sources).joined(separator: ", ")), found "
                    + "'\(first.declaration.source)'")
            return nil
        }
        var fields: [Int] = []
        for channel in channels {
            guard let field = measurement.sources.firstIndex(of: channel.declaration.source) else {
                problem(
                    channel.keys + ["source"],
                    "expected one of \(measurement.sources.joined(separator: ", ")) as the "
                        + "stream's first channel, found '\(channel.declaration.source)'")
                continue
            }
            fields.append(field)
        }
        var rate: Int?
        if measurement == .interval {
            if stream.rate != nil {
                problem(keys + ["rate"], "expected 0: intervals have no rate")
            }
            checkClocks([.arrival], [stream])
        } else {
            rate = stream.rate.flatMap { Int(exactly: $0) }.flatMap {
                (1...65_535).contains($0) ? $0 : nil
            }
            if rate == nil {
                problem(keys + ["rate"], "expected a whole number of Hz, as the device offers it")
            }
            checkClocks([.counter], [stream])
        }
        var range = asked?.range
        if range != nil, let option = options.parameters?["range"] {
            range = Int(exactly: option)
        }
        if let range, !(1...65_535).contains(range) {
            problem(keys + ["range"], "expected 1 or more, found \(range)")
        }
        return PolarFraming.Stream(
            measurement: measurement, rate: rate, alsoOfferedAs: asked?.alsoOfferedAs ?? [],
            resolution: asked?.resolution, range: range, fields: fields)
    }

    // MARK: Shimmer

    mutating func buildShimmer(
        _ shimmer: FramingDeclaration.Shimmer, _ chosen: [ChosenChannel],
        _ streams: inout [StreamProfile]
    ) -> Framing {
        checkTalk("shimmer", isBluetooth: false)
        guard streams.count == 1 else {
            problem(["streams"], "expected one stream, found \(streams.count)")
            return .none
        }
        checkClocks([.counter], streams)
        var sources: [ShimmerFraming.Source] = []
        for place in places(chosen) {
            checkWhole(place.chosen)
            let name = place.chosen.declaration.source
            guard let source = ShimmerFraming.Source.allCases.first(where: { $0.name == name })
            else {
                let names = ShimmerFraming.Source.allCases.map(\.name).joined(separator: ", ")
                problem(
                    place.chosen.keys + ["source"], "expected one of \(names), found '\(name)'")
                continue
            }
            if sources.contains(source) {
                problem(place.chosen.keys + ["source"], "'\(name)' stands twice")
            }
            sources.append(source)
            if streams[0].channels.indices.contains(place.channel) {
                setBits(
                    source == .gsr ? 16 : 12, of: &streams[0].channels[place.channel],
                    place.chosen)
            }
        }
        let rate = streams[0].rate ?? 0
        let clock = Double(ShimmerFraming.clockRate)
        let divider = rate > 0 ? (clock / rate).rounded() : 0
        guard divider >= 8, divider <= 65_535, abs(clock / divider / rate - 1) < 1e-4 else {
            let nearest = divider >= 8 && divider <= 65_535 ? clock / divider : 512
            problem(
                declaration.streams[0].rate == nil
                    ? ["options", "rate"] : ["streams", "0", "rate"],
                "expected 32768 divided by a whole number from 8 to 65535, such as "
                    + "\(Self.plain(nearest)), found \(Self.plain(rate))")
            return .none
        }
        let timestampBytes = parameter(
            "timestampBytes", shimmer.timestampBytes, default: 3, [2, 3], "shimmer")
        streams[0].counterModulus = (1 << (8 * timestampBytes)) / Int(divider)
        return .shimmer(
            ShimmerFraming(
                sources: sources, divider: Int(divider), timestampBytes: timestampBytes,
                range: parameter(
                    "range", shimmer.range, default: ShimmerFraming.automaticRange,
                    [0, 1, 2, 3, 4], "shimmer"),
                checksumBytes: parameter(
                    "checksumBytes", shimmer.checksumBytes, default: 0, [0, 1, 2], "shimmer")))
    }

    // MARK: Cyton

    mutating func buildCyton(
        _ cyton: FramingDeclaration.Cyton, _ chosen: [ChosenChannel],
        _ streams: inout [StreamProfile]
    ) -> Framing {
        checkTalk("cyton", isBluetooth: false)
        let gain = parameter("gain", cyton.gain, default: 24, CytonFraming.gains, "cyton")
        let hasTimestamps =
            parameter(
                "timestamps", cyton.timestamps.map { $0 ? 1 : 0 }, default: 0, [0, 1], "cyton") == 1
        var framing = CytonFraming(
            signal: -1, channels: [], accelerometer: nil, axes: [], gain: gain,
            hasTimestamps: hasTimestamps)
        for place in places(chosen) {
            checkWhole(place.chosen)
            let name = place.chosen.declaration.source
            guard let source = CytonFraming.Source(name) else {
                problem(
                    place.chosen.keys + ["source"],
                    "expected one of \(CytonFraming.Source.names.joined(separator: ", ")), found "
                        + "'\(name)'")
                continue
            }
            guard streams.indices.contains(place.stream),
                streams[place.stream].channels.indices.contains(place.channel)
            else { continue }
            let isFitting: Bool
            switch source {
            case .channel(let channel):
                isFitting = framing.signal < 0 || framing.signal == place.stream
                framing.signal = place.stream
                framing.channels.append(channel)
                setBits(
                    24, of: &streams[place.stream].channels[place.channel], place.chosen)
                streams[place.stream].channels[place.channel].scale *= CytonFraming.volts(
                    gain: gain)
            case .axis(let axis):
                isFitting =
                    framing.accelerometer == nil || framing.accelerometer == place.stream
                framing.accelerometer = place.stream
                framing.axes.append(axis)
                setBits(
                    16, of: &streams[place.stream].channels[place.channel], place.chosen)
            }
            if !isFitting || framing.signal == framing.accelerometer {
                problem(
                    place.chosen.keys + ["source"],
                    "expected ch1 to ch8 in one stream, and accX to accZ in another")
            }
        }
        guard framing.signal >= 0, streams.indices.contains(framing.signal) else {
            problem(
                options.channels == nil ? ["streams"] : ["options", "channels"],
                "expected a stream with at least one of ch1 to ch8")
            return .none
        }
        for (index, stream) in streams.enumerated() {
            checkClocks([index == framing.signal ? .counter : .arrival], [stream])
        }
        if streams[framing.signal].rate != CytonFraming.rate {
            problem(["streams", "\(framing.signal)", "rate"], "expected 250, the board's rate")
        }
        streams[framing.signal].counterModulus = 256
        return .cyton(framing)
    }

    // MARK: Marks

    mutating func buildMarker(
        _ marker: FramingDeclaration.Marker, _ chosen: [ChosenChannel],
        _ streams: inout [StreamProfile]
    ) -> Framing {
        if declaration.transport.serial == nil {
            problem(["transport"], "expected serial, since the framing is marker")
        }
        if streams.count != 1 || chosen.count != 1 {
            problem(["streams"], "expected one stream with one channel")
        }
        for channel in chosen {
            checkWhole(channel)
            if channel.declaration.source != "code" {
                problem(
                    channel.keys + ["source"],
                    "expected code, found '\(channel.declaration.source)'")
            }
        }
        checkClocks([.arrival], streams)
        if let stream = streams.first, stream.rate != nil {
            problem(["streams", "0", "rate"], "expected 0: marks come when they like")
        }
        let mask = parameter(
            "mask", marker.mask.map { Int($0) }, default: 255, Array(1...255), "marker")
        if !streams.isEmpty, let channel = chosen.first, !streams[0].channels.isEmpty {
            setBits(8, of: &streams[0].channels[0], channel)
        }
        func flag(_ value: Bool?) -> Int? { value.map { $0 ? 1 : 0 } }
        return .marker(
            MarkerFraming(
                mask: UInt8(clamping: mask),
                ignoresZero: parameter(
                    "ignoreZero", flag(marker.ignoreZero), default: 1, [0, 1], "marker") == 1,
                onlyChanges: parameter(
                    "onlyChanges", flag(marker.onlyChanges), default: 0, [0, 1], "marker") == 1))
    }
}
