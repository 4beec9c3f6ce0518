extension ProfileBuilder {
    /// The fields or bits of a name.
    func source(named name: String, _ record: PacketFraming.Record) -> PacketFraming.Source? {
        let fields = record.fields.indices.filter { record.fields[$0].name == name }
        if !fields.isEmpty { return .fields(fields) }
        return record.bits.firstIndex { $0.name == name }.map { .bits($0) }
    }

    /// Whether a source has whole numbers and stands once in a packet.
    func isWhole(_ source: PacketFraming.Source, _ record: PacketFraming.Record) -> Bool {
        guard case .fields(let indices) = source else { return true }
        return indices.allSatisfy {
            record.fields[$0].type?.isReal == false && !record.fields[$0].repeats
        }
    }

    /// Gives a stream its part in a record that has all its sources; false where it has not.
    mutating func addPart(
        of stream: Int, _ channels: [ChosenChannel],
        _ declared: FramingDeclaration.Packets.Record, _ record: inout PacketFraming.Record,
        _ streams: inout [StreamProfile]
    ) -> Bool {
        let sources = channels.compactMap { source(named: $0.declaration.source, record) }
        guard sources.count == channels.count, !sources.isEmpty,
            streams[stream].channels.count == channels.count
        else { return false }
        let repeating = sources.map { repeats($0, record) }
        if let index = repeating.firstIndex(where: { $0 != repeating[0] }) {
            problem(
                channels[index].keys + ["source"],
                "expected a field that \(repeating[0] ? "repeats" : "does not repeat") as the "
                    + "stream's others do")
            return true
        }
        let presences = sources.map { presence($0, record) }
        let isTogether = presences.allSatisfy { $0 == presences[0] }
        for (index, channel) in channels.enumerated() {
            let isMissing = !isTogether && presences[index] != .always
            let isReal = isReal(sources[index], record) || isMissing
            checkNumber(channel, isReal, isMissing)
            let stored = isReal || channel.declaration.number == .real
            // Another record may have made it real already, and both must agree.
            streams[stream].channels[index].isReal =
                streams[stream].channels[index].isReal || stored
            setPacketBits(bits(sources[index], record), channel, &streams[stream].channels[index])
        }
        record.streams.append(
            PacketFraming.StreamPart(
                stream: stream, columns: sources, repeats: repeating[0],
                interval: interval(sources, declared)))
        return true
    }

    /// When a source is in a packet.
    private enum Presence: Hashable {
        case always
        case under(PacketFraming.Condition)
    }

    private func presence(
        _ source: PacketFraming.Source, _ record: PacketFraming.Record
    ) -> Presence {
        switch source {
        case .bits(let index):
            return record.fields[record.bits[index].field].condition.map { .under($0) } ?? .always
        case .fields(let indices):
            guard indices.count == 1, let condition = record.fields[indices[0]].condition else {
                return .always
            }
            return .under(condition)
        }
    }

    private func repeats(_ source: PacketFraming.Source, _ record: PacketFraming.Record) -> Bool {
        guard case .fields(let indices) = source else { return false }
        return indices.contains { record.fields[$0].repeats }
    }

    private func isReal(_ source: PacketFraming.Source, _ record: PacketFraming.Record) -> Bool {
        guard case .fields(let indices) = source else { return false }
        return indices.contains {
            record.fields[$0].type?.isReal == true || !record.fields[$0].missing.isEmpty
        }
    }

    private func bits(_ source: PacketFraming.Source, _ record: PacketFraming.Record) -> Int? {
        switch source {
        case .bits(let index): record.bits[index].count
        case .fields(let indices):
            indices.count == 1 && record.fields[indices[0]].type?.isReal == false
                ? record.fields[indices[0]].type?.bits : nil
        }
    }

    private mutating func setPacketBits(
        _ bits: Int?, _ channel: ChosenChannel, _ profile: inout ChannelProfile
    ) {
        // A second record must not divide the scale again.
        if profile.bits == nil { setBits(bits, of: &profile, channel) }
    }

    private mutating func checkNumber(
        _ channel: ChosenChannel, _ isReal: Bool, _ isMissing: Bool
    ) {
        if channel.declaration.decimals != nil || channel.declaration.number == .decimals {
            problem(channel.keys + ["decimals"], "expected only in lines of text")
        } else if channel.declaration.number == .integer, isReal {
            problem(
                channel.keys + ["number"],
                isMissing
                    ? "expected real, since some packets of the stream do not have the field"
                    : "expected real, since the field's type or its missing values ask for it")
        }
    }

    private func interval(
        _ sources: [PacketFraming.Source], _ declared: FramingDeclaration.Packets.Record
    ) -> PacketFraming.Interval? {
        for (column, source) in sources.enumerated() {
            if case .fields(let indices) = source,
                let units = indices.lazy.compactMap({ declared.fields[$0].unitsPerSecond }).first
            {
                return PacketFraming.Interval(column: column, unitsPerSecond: units)
            }
        }
        return nil
    }

    /// Says which channel's source the record that comes nearest does not have.
    mutating func tellMissingField(
        _ channels: [ChosenChannel], _ records: [FramingDeclaration.Packets.Record], _ stream: Int
    ) {
        func names(_ record: FramingDeclaration.Packets.Record) -> [String] {
            var names: [String] = []
            for name in record.fields.compactMap(\.name) + (record.bits ?? []).map(\.name)
            where !names.contains(name) { names.append(name) }
            return names
        }
        func known(_ record: FramingDeclaration.Packets.Record) -> Int {
            channels.count { names(record).contains($0.declaration.source) }
        }
        guard let nearest = records.max(by: { known($0) < known($1) }) else { return }
        let all = names(nearest)
        for channel in channels where !all.contains(channel.declaration.source) {
            problem(
                channel.keys + ["source"],
                "expected one of the fields \(all.joined(separator: ", ")) of the packets of "
                    + "'\(nearest.characteristic)', found '\(channel.declaration.source)'")
        }
    }

    mutating func setCounters(
        _ records: [PacketFraming.Record], _ streams: inout [StreamProfile]
    ) {
        for index in streams.indices {
            let counting = records.first { record in
                record.counter != nil
                    && record.streams.contains { $0.stream == index && !$0.repeats }
            }
            if let counting, let counter = counting.counter {
                let range = UInt64(1) << UInt64(counting.fields[counter.field].size * 8)
                streams[index].counterModulus = Int(clamping: range / UInt64(counter.step))
            } else if streams[index].clock == .counter {
                problem(
                    ["streams", "\(index)", "clock"],
                    "expected arrival, since the packets have no counter of its samples")
            }
        }
    }
}
