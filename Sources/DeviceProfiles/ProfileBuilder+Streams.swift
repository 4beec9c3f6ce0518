import Timebase

/// A channel that is recorded, with its sensor's measure merged in.
struct ChosenChannel {
    /// Its place in the file.
    var stream: Int
    var index: Int
    var name: String
    var declaration: ChannelDeclaration
    var measure: MeasureDeclaration
    var keys: [String] { ["streams", "\(stream)", "channels", "\(index)"] }
}

extension ProfileBuilder {
    /// The channels to record, in the file's order.
    mutating func chooseChannels() -> [ChosenChannel] {
        var all: [ChosenChannel] = []
        for (stream, declared) in declaration.streams.enumerated() {
            for (index, channel) in (declared.channels ?? []).enumerated() {
                all.append(resolve(channel, stream, index))
            }
        }
        for name in (options.sensors ?? [:]).keys.sorted()
        where !all.contains(where: { $0.declaration.name == name || $0.declaration.source == name }
        ) {
            problem(["options", "sensors", name], "there is no channel '\(name)'")
        }
        let known = Set(all.flatMap { $0.declaration.measure.parameterNames })
            .union((declaration.sensors ?? [:]).values.flatMap(\.parameterNames))
            .union(declaration.framing?.parameterNames ?? [])
        for name in (options.parameters ?? [:]).keys.sorted() where !known.contains(name) {
            let names = known.isEmpty ? "none" : known.sorted().joined(separator: ", ")
            problem(
                ["options", "parameters", name],
                "there is no such parameter; there are \(names)")
        }
        guard let wanted = options.channels else { return all }
        if wanted.isEmpty { problem(["options", "channels"], "expected at least one channel") }
        for (place, name) in wanted.enumerated() {
            let keys = ["options", "channels", "\(place)"]
            if !all.contains(where: { $0.isCalled(name) }) {
                let names = all.map(\.declaration.source).joined(separator: ", ")
                problem(keys, "expected one of \(names), found '\(name)'")
            } else if wanted[..<place].contains(name) {
                problem(keys, "'\(name)' stands twice")
            }
        }
        return all.filter { channel in wanted.contains { channel.isCalled($0) } }
    }

    private mutating func resolve(
        _ channel: ChannelDeclaration, _ stream: Int, _ index: Int
    ) -> ChosenChannel {
        let keys = ["streams", "\(stream)", "channels", "\(index)"]
        var sensor = channel.sensor
        var sensorKeys = keys + ["sensor"]
        var isChanged = false
        for name in [channel.name, channel.source].compactMap(\.self) {
            if let changed = options.sensors?[name] {
                isChanged = changed != sensor
                sensor = changed
                sensorKeys = ["options", "sensors", name]
            }
        }
        var measure = channel.measure
        if let sensor {
            if let declared = declaration.sensors?[sensor] {
                // A sensor plugged in by the station replaces what the channel says of its own.
                measure = isChanged ? declared : declared.merging(channel.measure)
            } else {
                let names = (declaration.sensors ?? [:]).keys.sorted().joined(separator: ", ")
                problem(
                    sensorKeys,
                    "expected one of the profile's sensors (\(names)), found '\(sensor)'")
            }
        }
        let name = isChanged ? sensor : channel.name ?? channel.sensor
        return ChosenChannel(
            stream: stream, index: index, name: name ?? channel.source, declaration: channel,
            measure: measure)
    }

    /// The streams, without what the framing tells (bits, counter).
    mutating func buildStreams(_ chosen: [ChosenChannel]) -> [StreamProfile] {
        if declaration.streams.isEmpty { problem(["streams"], "expected at least one stream") }
        var names: Set<String> = []
        return declaration.streams.enumerated().map { index, stream in
            let keys = ["streams", "\(index)"]
            checkName(stream.name, keys + ["name"])
            if !names.insert(stream.name).inserted {
                problem(keys + ["name"], "'\(stream.name)' is the name of two streams")
            }
            let kind = stream.kind ?? .signal
            // 0 says that samples come when they like, whatever the options' rate is.
            let declared = stream.rate ?? (kind == .signal ? options.rate : nil)
            let rate = declared == 0 ? nil : declared
            if let rate = stream.rate, !(rate >= 0 && rate <= 1_000_000) {
                problem(
                    keys + ["rate"],
                    "expected 0 (no rate) to 1000000 Hz, found \(Self.plain(rate))")
            }
            if stream.clock == .counter, rate == nil {
                problem(keys + ["rate"], "expected a rate in Hz, since the clock is a counter")
            }
            let channels = buildChannels(chosen.filter { $0.stream == index })
            if channels.isEmpty, kind == .signal {
                problem(
                    options.channels == nil ? keys + ["channels"] : ["options", "channels"],
                    "expected at least one channel in the stream '\(stream.name)'")
            }
            return StreamProfile(
                name: stream.name, kind: kind.rawValue, rate: rate,
                rateTolerancePPM: check(
                    stream.rateTolerancePPM ?? 500, 0...500_000, keys + ["rateTolerancePPM"]),
                clock: stream.clock, counterModulus: nil,
                gapTolerance: nanoseconds(
                    stream.gapToleranceMilliseconds ?? Self.gapTolerance(rate),
                    keys + ["gapToleranceMilliseconds"]),
                typicalDelay: nanoseconds(
                    stream.typicalDelayMilliseconds, keys + ["typicalDelayMilliseconds"]),
                delayUncertainty: nanoseconds(
                    stream.delayUncertaintyMilliseconds, keys + ["delayUncertaintyMilliseconds"]),
                silenceLimit: nanoseconds(
                    stream.silenceLimitMilliseconds
                        ?? Double(StreamProfile.usualSilenceLimit(rate: rate)) / 1e6,
                    keys + ["silenceLimitMilliseconds"]),
                channels: channels)
        }
    }

    /// 20 samples, at least 100 ms; 1 s without a rate.
    private static func gapTolerance(_ rate: Double?) -> Double {
        guard let rate, rate > 0 else { return 1000 }
        return max(100, 20_000 / rate)
    }

    private mutating func check(
        _ value: Double, _ range: ClosedRange<Double>, _ keys: [String]
    ) -> Double {
        if !range.contains(value) {
            problem(
                keys,
                "expected \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound)), "
                    + "found \(Self.plain(value))")
        }
        return value
    }

    private mutating func nanoseconds(_ milliseconds: Double, _ keys: [String]) -> Int64 {
        Int64(clamping: (check(milliseconds, 0...86_400_000, keys) * 1e6).rounded())
    }

    private mutating func buildChannels(_ chosen: [ChosenChannel]) -> [ChannelProfile] {
        var names: Set<String> = []
        return chosen.map { channel in
            let measure = channel.measure
            var name = channel.name
            if names.contains(name) { name += "-\(channel.declaration.source)" }
            checkName(name, channel.keys + ["name"])
            if !names.insert(name).inserted {
                problem(channel.keys + ["name"], "'\(name)' is the name of two channels")
            }
            if let minimum = measure.minimum, let maximum = measure.maximum, minimum >= maximum {
                problem(
                    channel.keys + ["maximum"],
                    "expected more than the minimum \(minimum), found \(maximum)")
            }
            if measure.scale == 0 {
                problem(channel.keys + ["scale"], "expected a number other than 0")
            }
            return ChannelProfile(
                name: name, label: measure.label ?? name, unit: measure.unit ?? "1",
                scale: measure.scale ?? 1, offset: measure.offset ?? 0,
                conversion: conversion(channel), minimum: measure.minimum,
                maximum: measure.maximum, isReal: channel.declaration.number == .real,
                source: channel.declaration.source)
        }
    }

    private mutating func conversion(_ channel: ChosenChannel) -> ChannelConversion? {
        let measure = channel.measure
        guard let formula = measure.conversion else {
            for name in (measure.parameters ?? [:]).keys.sorted() {
                problem(
                    channel.keys + ["parameters", name], "expected only beside a conversion")
            }
            return nil
        }
        for name in (measure.parameters ?? [:]).keys.sorted()
        where formula.parameters[name] == nil {
            let names = formula.parameters.keys.sorted().joined(separator: ", ")
            problem(
                channel.keys + ["parameters", name],
                "\(formula.rawValue) has no such parameter; it has "
                    + (names.isEmpty ? "none" : names))
        }
        let given = (measure.parameters ?? [:]).merging(options.parameters ?? [:]) { $1 }
        return ChannelConversion(formula, parameters: given)
    }
}

extension ChosenChannel {
    func isCalled(_ name: String) -> Bool {
        declaration.source == name || self.name == name || declaration.name == name
    }
}

extension MeasureDeclaration {
    /// The parameters of its conversion.
    var parameterNames: [String] { conversion.map { Array($0.parameters.keys) } ?? [] }
}
