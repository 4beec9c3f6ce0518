extension ProfileBuilder {
    mutating func buildFrames(
        _ frames: FramingDeclaration.Frames, _ chosen: [ChosenChannel],
        _ streams: inout [StreamProfile]
    ) -> Framing {
        let keys = ["framing", "frames"]
        let length = frames.length
        guard (1...4096).contains(length) else {
            problem(keys + ["length"], "expected 1 to 4096 bytes, found \(length)")
            return .none
        }
        let order = frames.byteOrder ?? .little
        let sync = frames.sync ?? []
        let end = frames.end ?? []
        if sync.count + end.count > length {
            problem(keys + ["sync"], "expected at most \(length) bytes with those of end")
            return .none
        }
        let counter = counter(frames, order, keys + ["counter"])
        let checksum = checksum(frames, order, keys + ["checksum"])
        // How many bits of a frame say that it is one.
        let evidence =
            8 * (sync.count + end.count + (checksum?.kind.size ?? 0)) + (counter == nil ? 0 : 8)
        if evidence < 8 {
            problem(keys, "expected sync bytes, a checksum or a counter to recognise frames by")
        }
        let confirmations = frames.confirmations ?? (evidence >= 40 ? 1 : evidence >= 16 ? 2 : 4)
        if !(1...16).contains(confirmations) {
            problem(keys + ["confirmations"], "expected 1 to 16, found \(confirmations)")
        }
        let fields = fields(frames, order, chosen, &streams, keys + ["fields"])
        setCounters(counter, fields, &streams)
        return .frames(
            FrameFraming(
                length: length, sync: sync, end: end, counter: counter, checksum: checksum,
                fields: fields, confirmations: confirmations))
    }

    private mutating func inside(_ at: Int, _ size: Int, _ length: Int, _ keys: [String]) -> Bool {
        if at >= 0, at <= length - size { return true }
        problem(keys, "expected 0 to \(length - size) in a frame of \(length) bytes, found \(at)")
        return false
    }

    private mutating func counter(
        _ frames: FramingDeclaration.Frames, _ order: FrameFraming.ByteOrder, _ keys: [String]
    ) -> FrameFraming.Counter? {
        guard let counter = frames.counter else { return nil }
        guard [.u8, .u16, .u24, .u32].contains(counter.type) else {
            problem(
                keys + ["type"], "expected u8, u16, u24 or u32, found \(counter.type.rawValue)")
            return nil
        }
        guard inside(counter.at, counter.type.size, frames.length, keys + ["at"]) else {
            return nil
        }
        let step = counter.step ?? 1
        if step == 0 || UInt64(step) >= UInt64(1) << UInt64(counter.type.bits) {
            problem(keys + ["step"], "expected at least 1 and less than the counter's range")
            return nil
        }
        return FrameFraming.Counter(
            at: counter.at, type: counter.type, byteOrder: counter.byteOrder ?? order, step: step)
    }

    private mutating func checksum(
        _ frames: FramingDeclaration.Frames, _ order: FrameFraming.ByteOrder, _ keys: [String]
    ) -> FrameFraming.Checksum? {
        guard let checksum = frames.checksum else { return nil }
        let from = checksum.from ?? 0
        let to = checksum.to ?? checksum.at
        guard inside(checksum.at, checksum.kind.size, frames.length, keys + ["at"]) else {
            return nil
        }
        guard from >= 0, from < to, to <= frames.length else {
            problem(
                keys + ["from"],
                "expected from < to within \(frames.length) bytes, found \(from) and \(to)")
            return nil
        }
        return FrameFraming.Checksum(
            kind: checksum.kind, at: checksum.at, from: from, to: to,
            byteOrder: checksum.byteOrder ?? order)
    }

    private mutating func fields(
        _ frames: FramingDeclaration.Frames, _ order: FrameFraming.ByteOrder,
        _ chosen: [ChosenChannel], _ streams: inout [StreamProfile], _ keys: [String]
    ) -> [FrameFraming.Field] {
        for (index, field) in frames.fields.enumerated() {
            let keys = keys + ["\(index)"]
            let size = field.type.size
            let count = field.count ?? 1
            let stride = field.stride ?? size
            if frames.fields[..<index].contains(where: { $0.name == field.name }) {
                problem(keys + ["name"], "'\(field.name)' is the name of two fields")
            }
            if !(1...4096).contains(count) {
                problem(keys + ["count"], "expected 1 to 4096, found \(count)")
            } else if !(1...4096).contains(stride) {
                problem(keys + ["stride"], "expected 1 to 4096, found \(stride)")
            } else {
                _ = inside(
                    field.at, size + (count - 1) * stride, frames.length, keys + ["at"])
            }
        }
        var result: [FrameFraming.Field] = []
        var next = [Int](repeating: 0, count: streams.count)
        for channel in chosen where streams.indices.contains(channel.stream) {
            let source = channel.declaration.source
            let index = next[channel.stream]
            next[channel.stream] += 1
            guard let place = frames.fields.firstIndex(where: { $0.name == source }),
                streams[channel.stream].channels.indices.contains(index)
            else {
                let names = frames.fields.map(\.name).joined(separator: ", ")
                problem(
                    channel.keys + ["source"],
                    "expected one of the fields \(names), found '\(source)'")
                continue
            }
            let field = frames.fields[place]
            if channel.declaration.decimals != nil || channel.declaration.number == .decimals {
                problem(channel.keys + ["decimals"], "expected only in lines of text")
            }
            if let number = channel.declaration.number, (number == .real) != (field.type == .f32) {
                problem(
                    channel.keys + ["number"],
                    "expected \(field.type == .f32 ? "real" : "integer"), since the field is "
                        + field.type.rawValue)
            }
            let built = FrameFraming.Field(
                stream: channel.stream, channel: index, type: field.type,
                byteOrder: field.byteOrder ?? order, at: field.at, count: field.count ?? 1,
                stride: field.stride ?? field.type.size)
            if let other = result.first(where: { $0.stream == channel.stream }),
                other.count != built.count
            {
                problem(
                    keys + ["\(place)", "count"],
                    "expected \(other.count) as in the stream's other fields, found "
                        + "\(built.count)")
            }
            streams[channel.stream].channels[index].isReal = field.type == .f32
            setBits(
                field.type == .f32 ? nil : field.type.bits,
                of: &streams[channel.stream].channels[index], channel)
            result.append(built)
        }
        return result
    }

    private mutating func setCounters(
        _ counter: FrameFraming.Counter?, _ fields: [FrameFraming.Field],
        _ streams: inout [StreamProfile]
    ) {
        for index in streams.indices {
            if let counter {
                let frames = (UInt64(1) << UInt64(counter.type.bits)) / UInt64(counter.step)
                let samples = fields.first { $0.stream == index }?.count ?? 1
                streams[index].counterModulus = Int(clamping: frames) * samples
            } else if streams[index].clock == .counter {
                problem(
                    ["streams", "\(index)", "clock"],
                    "expected arrival, since the frames have no counter")
            }
            if streams[index].clock == .stamped {
                problem(
                    ["streams", "\(index)", "clock"],
                    "expected counter or arrival with this framing, found stamped")
            }
        }
    }
}
