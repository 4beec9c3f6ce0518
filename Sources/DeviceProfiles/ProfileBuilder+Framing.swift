import Timebase

extension ProfileBuilder {
    /// The framing; completes the streams by what it tells.
    mutating func buildFraming(
        _ chosen: [ChosenChannel], _ streams: inout [StreamProfile]
    ) -> Framing {
        let declared = declaration.framing
        let given = [
            declared?.bitalino != nil, declared?.lines != nil, declared?.frames != nil,
            declared?.json != nil, declared?.packets != nil,
            declared?.polar != nil, declared?.shimmer != nil, declared?.cyton != nil,
            declared?.marker != nil,
        ].count(where: { $0 })
        if declaration.transport.input != nil {
            if declared != nil {
                problem(["framing"], "expected none: the kernel gives an input device's events")
            }
            checkClocks([.stamped], streams)
            return .none
        }
        guard given == 1 else {
            problem(
                ["framing"],
                "expected exactly one of the keys bitalino, lines, frames, json, packets, polar, "
                    + "shimmer, cyton, marker")
            return .none
        }
        for (index, stream) in streams.enumerated() where stream.kind != "signal" {
            problem(
                ["streams", "\(index)", "kind"], "expected signal, since the device sends bytes")
        }
        if declared?.bitalino != nil { checkOneByteStream("bitalino") }
        if declared?.lines != nil { checkOneByteStream("lines") }
        if declared?.frames != nil { checkOneByteStream("frames") }
        if declared?.json != nil { checkOneByteStream("json") }
        if let packets = declared?.packets { return buildPackets(packets, chosen, &streams) }
        if let json = declared?.json { return buildJSON(json, chosen, &streams) }
        if let lines = declared?.lines { return buildLines(lines, chosen, &streams) }
        if let frames = declared?.frames { return buildFrames(frames, chosen, &streams) }
        if let polar = declared?.polar { return buildPolar(polar, chosen, &streams) }
        if let shimmer = declared?.shimmer { return buildShimmer(shimmer, chosen, &streams) }
        if let cyton = declared?.cyton { return buildCyton(cyton, chosen, &streams) }
        if let marker = declared?.marker { return buildMarker(marker, chosen, &streams) }
        return buildBITalino(chosen, &streams)
    }

    mutating func checkClocks(_ allowed: [ClockKind], _ streams: [StreamProfile]) {
        for (index, stream) in streams.enumerated() where !allowed.contains(stream.clock) {
            problem(
                ["streams", "\(index)", "clock"],
                "expected \(allowed.map(\.rawValue).joined(separator: " or ")) with this framing, "
                    + "found \(stream.clock.rawValue)")
        }
    }

    /// Divides the scale by the full range of so many bits, where the measure asks for it.
    mutating func setBits(
        _ bits: Int?, of channel: inout ChannelProfile, _ chosen: ChosenChannel
    ) {
        channel.bits = bits
        guard chosen.measure.ofFullScale == true else { return }
        guard let bits else {
            problem(chosen.keys + ["ofFullScale"], "expected only where the framing has bits")
            return
        }
        channel.scale /= Double(UInt64(1) << UInt64(bits))
    }

    // MARK: BITalino

    private mutating func buildBITalino(
        _ chosen: [ChosenChannel], _ streams: inout [StreamProfile]
    ) -> Framing {
        guard streams.count == 1 else {
            problem(["streams"], "expected one stream, found \(streams.count)")
            return .none
        }
        var ports: [Int] = []
        for channel in chosen {
            let source = channel.declaration.source
            if source.hasPrefix("A"), let port = Int(source.dropFirst()), (1...6).contains(port) {
                ports.append(port)
            } else if !["I1", "I2", "O1", "O2", "digital"].contains(source) {
                problem(
                    channel.keys + ["source"],
                    "expected one of A1 to A6, I1, I2, O1, O2, digital, found '\(source)'")
            }
            if (channel.declaration.number ?? .integer) != .integer
                || channel.declaration.decimals != nil
            {
                problem(channel.keys + ["number"], "expected integer with this framing")
            }
        }
        let rate = streams[0].rate ?? 0
        guard let whole = Int(exactly: rate), BITalinoFraming.rates.contains(whole) else {
            let isOption = declaration.streams[0].rate == nil
            problem(
                isOption ? ["options", "rate"] : ["streams", "0", "rate"],
                "expected one of 1, 10, 100, 1000, found \(Self.plain(rate))")
            return .none
        }
        guard let framing = BITalinoFraming(analog: ports, rate: whole) else {
            problem(
                options.channels == nil ? ["streams", "0", "channels"] : ["options", "channels"],
                "expected at least one of A1 to A6")
            return .none
        }
        checkClocks([.counter, .arrival], streams)
        streams[0].counterModulus = 16
        for (index, channel) in chosen.enumerated()
        where streams[0].channels.indices.contains(index) {
            let source = channel.declaration.source
            let port = source.hasPrefix("A") ? Int(source.dropFirst()) : nil
            setBits(
                port.map { framing.bits(ofPort: $0) ?? 10 } ?? (source == "digital" ? 4 : 1),
                of: &streams[0].channels[index], channel)
        }
        return .bitalino(framing)
    }

    // MARK: Lines

    private mutating func buildLines(
        _ lines: FramingDeclaration.Lines, _ chosen: [ChosenChannel],
        _ streams: inout [StreamProfile]
    ) -> Framing {
        let keys = ["framing", "lines"]
        checkClocks([.arrival], streams)
        let longest = lines.maximumLength ?? 256
        if !(1...65_536).contains(longest) {
            problem(keys + ["maximumLength"], "expected 1 to 65536, found \(longest)")
        }
        if lines.records.isEmpty { problem(keys + ["records"], "expected at least one record") }
        var records: [LineFraming.Record] = []
        for (index, record) in lines.records.enumerated() {
            let keys = keys + ["records", "\(index)"]
            guard let stream = stream(record.stream, streams, keys),
                let pattern = pattern(record, keys)
            else { continue }
            var columns: [LineFraming.Column] = []
            for channel in chosen where channel.stream == stream {
                guard let field = pattern.fields.firstIndex(of: channel.declaration.source) else {
                    problem(
                        channel.keys + ["source"],
                        "expected one of the fields \(pattern.fields.joined(separator: ", ")), "
                            + "found '\(channel.declaration.source)'")
                    continue
                }
                columns.append(LineFraming.Column(field: field, number: number(channel)))
            }
            records.append(
                LineFraming.Record(stream: stream, pattern: pattern, columns: columns))
        }
        for (index, stream) in streams.enumerated()
        where !records.contains(where: { $0.stream == index }) && problems.isEmpty {
            problem(
                ["streams", "\(index)", "name"], "no record of the framing is of '\(stream.name)'")
        }
        scaleDecimals(chosen, &streams)
        return .lines(
            LineFraming(
                records: records, markers: markers(lines.markers ?? [], keys, streams),
                maximumLength: longest, discardsFirst: lines.discardFirst ?? true))
    }

    mutating func stream(
        _ name: String?, _ streams: [StreamProfile], _ keys: [String]
    ) -> Int? {
        guard let name else {
            if streams.count == 1 { return 0 }
            problem(keys + ["stream"], "expected the name of a stream, since there are several")
            return nil
        }
        if let index = streams.firstIndex(where: { $0.name == name }) { return index }
        // Of a stream that the options leave out: its lines are known, and give nothing.
        if whole.streams.contains(where: { $0.name == name }) { return -1 }
        let names = streams.map(\.name).joined(separator: ", ")
        problem(keys + ["stream"], "expected one of the streams \(names), found '\(name)'")
        return nil
    }

    private mutating func pattern(
        _ record: FramingDeclaration.Lines.Record, _ keys: [String]
    ) -> LinePattern? {
        switch (record.pattern, record.fields) {
        case (let text?, nil):
            if record.separator != nil {
                problem(keys + ["separator"], "expected only beside fields")
            }
            do {
                return try LinePattern(text)
            } catch {
                problem(keys + ["pattern"], error.description)
                return nil
            }
        case (nil, let fields?):
            let separator = record.separator ?? ","
            if separator.isEmpty || separator.contains("\n") {
                problem(keys + ["separator"], "expected a text without a newline")
            }
            if fields.isEmpty || Set(fields).count != fields.count {
                problem(keys + ["fields"], "expected names, each once")
                return nil
            }
            return LinePattern(fields: fields, separator: separator)
        default:
            problem(keys, "expected exactly one of the keys pattern, fields")
            return nil
        }
    }

    mutating func number(_ channel: ChosenChannel) -> LineFraming.NumberForm {
        let decimals = channel.declaration.decimals
        switch channel.declaration.number ?? (decimals == nil ? .integer : .decimals) {
        case .integer, .real:
            if decimals != nil {
                problem(channel.keys + ["decimals"], "expected only with number: decimals")
            }
            return channel.declaration.number == .real ? .real : .integer
        case .decimals:
            let count = decimals ?? 0
            if !(1...15).contains(count) {
                problem(
                    channel.keys + ["decimals"], "expected 1 to 15 digits, found \(count)")
            }
            return .decimals(min(max(count, 1), 15))
        }
    }

    /// Decimals are stored as integers: the scale brings the point back.
    mutating func scaleDecimals(
        _ chosen: [ChosenChannel], _ streams: inout [StreamProfile]
    ) {
        var next = [Int](repeating: 0, count: streams.count)
        for channel in chosen where streams.indices.contains(channel.stream) {
            let index = next[channel.stream]
            next[channel.stream] += 1
            guard streams[channel.stream].channels.indices.contains(index) else { continue }
            setBits(nil, of: &streams[channel.stream].channels[index], channel)
            guard let decimals = channel.declaration.decimals, (1...15).contains(decimals) else {
                continue
            }
            var power = 1.0
            for _ in 0..<decimals { power *= 10 }
            streams[channel.stream].channels[index].scale /= power
        }
    }

    private mutating func markers(
        _ declared: [FramingDeclaration.Lines.Marker], _ keys: [String], _ streams: [StreamProfile]
    ) -> [LineFraming.Marker] {
        declared.enumerated().map { index, marker in
            let keys = keys + ["markers", "\(index)"]
            if marker.text.isEmpty { problem(keys + ["text"], "expected a text") }
            let isMissing = marker.missing ?? false
            if isMissing, let stream = streams.first,
                let channel = stream.channels.first(where: { !$0.isReal })
            {
                problem(
                    keys + ["missing"],
                    "expected number: real for the channel '\(channel.name)', since only reals "
                        + "can be missing")
            }
            return LineFraming.Marker(
                text: Array(marker.text.utf8), place: marker.at ?? .whole,
                fault: marker.means.fault, isMissing: isMissing)
        }
    }
}
