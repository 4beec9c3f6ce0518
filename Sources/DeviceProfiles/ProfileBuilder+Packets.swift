extension ProfileBuilder {
    mutating func buildPackets(
        _ packets: FramingDeclaration.Packets, _ chosen: [ChosenChannel],
        _ streams: inout [StreamProfile]
    ) -> Framing {
        let keys = ["framing", "packets"]
        if declaration.transport.bluetooth == nil {
            problem(keys, "expected only with the transport bluetooth, which gives whole packets")
            return .none
        }
        checkClocks([.arrival, .counter], streams)
        if packets.records.isEmpty { problem(keys + ["records"], "expected at least one record") }
        var records: [PacketFraming.Record] = []
        for (index, record) in packets.records.enumerated() {
            let keys = keys + ["records", "\(index)"]
            guard
                let characteristic = characteristic(
                    named: record.characteristic, keys + ["characteristic"])
            else { continue }
            records.append(
                buildRecord(record, characteristic, packets.byteOrder ?? .little, keys))
        }
        // The parts below need records that are right.
        guard problems.isEmpty else { return .none }
        for index in streams.indices {
            let channels = chosen.filter { $0.stream == index }
            let isFound = records.indices.map { place in
                addPart(of: index, channels, packets.records[place], &records[place], &streams)
            }
            if !isFound.contains(true) { tellMissingField(channels, packets.records, index) }
        }
        setCounters(records, &streams)
        return .packets(PacketFraming(records: records))
    }

    // MARK: Fields

    private mutating func buildRecord(
        _ record: FramingDeclaration.Packets.Record, _ characteristic: Int,
        _ order: FrameFraming.ByteOrder, _ keys: [String]
    ) -> PacketFraming.Record {
        var result = PacketFraming.Record(
            characteristic: characteristic, fields: [], bits: [], streams: [], faults: [],
            counter: nil, ignoresRest: record.ignoreRest ?? false)
        if record.fields.isEmpty { problem(keys + ["fields"], "expected at least one field") }
        for (index, field) in record.fields.enumerated() {
            let keys = keys + ["fields", "\(index)"]
            checkField(field, keys)
            let built = PacketFraming.Field(
                name: field.name, type: field.type, size: field.type?.size ?? field.skip ?? 0,
                byteOrder: field.byteOrder ?? order, condition: condition(field, result, keys),
                repeats: field.repeats ?? false, missing: field.missing ?? [],
                expected: field.expect, minimum: field.plausible?.minimum,
                maximum: field.plausible?.maximum, scale: field.scale ?? 1,
                offset: field.offset ?? 0)
            checkPlace(built, result.fields, record.fields, keys)
            result.fields.append(built)
        }
        for (index, bits) in (record.bits ?? []).enumerated() {
            addBits(bits, &result, keys + ["bits", "\(index)"])
        }
        for (index, fault) in (record.faults ?? []).enumerated() {
            let keys = keys + ["faults", "\(index)"]
            guard let source = source(named: fault.field, result), isWhole(source, result) else {
                problem(
                    keys + ["field"],
                    "expected the name of a field with whole numbers that does not repeat, or of "
                        + "bits, found '\(fault.field)'")
                continue
            }
            if fault.is.isEmpty { problem(keys + ["is"], "expected at least one number") }
            result.faults.append(
                PacketFraming.Fault(source: source, values: fault.is, cause: fault.means.fault))
        }
        if let counter = record.counter {
            result.counter = self.counter(counter, result, keys + ["counter"])
        }
        return result
    }

    private mutating func checkField(
        _ field: FramingDeclaration.Packets.Field, _ keys: [String]
    ) {
        if (field.type == nil) == (field.skip == nil) {
            problem(keys, "expected exactly one of the keys type, skip")
        }
        if let skip = field.skip, !(1...512).contains(skip) {
            problem(keys + ["skip"], "expected 1 to 512 bytes, found \(skip)")
        }
        if field.type != nil, field.name == nil {
            problem(keys, "expected a name, or skip instead of type")
        }
        if let name = field.name { checkName(name, keys + ["name"]) }
        let isReal = field.type?.isReal ?? false
        let isInteger = field.type != nil && !isReal
        if field.missing != nil, !isInteger {
            problem(keys + ["missing"], "expected only with types of whole numbers")
        }
        if field.expect != nil, !isInteger || field.repeats == true {
            problem(
                keys + ["expect"],
                "expected only with types of whole numbers, in fields that do not repeat")
        }
        if field.plausible != nil, field.type == nil {
            problem(keys + ["plausible"], "expected only beside type")
        }
        if let minimum = field.plausible?.minimum, let maximum = field.plausible?.maximum,
            minimum > maximum
        {
            problem(
                keys + ["plausible", "maximum"],
                "expected at least the minimum \(Self.plain(minimum)), found "
                    + Self.plain(maximum))
        }
        for (key, value) in [("scale", field.scale), ("offset", field.offset)]
        where value != nil && !isReal {
            problem(
                keys + [key],
                "expected only with f32, sfloat and float; whole numbers have theirs in the channel"
            )
        }
        if let units = field.unitsPerSecond {
            if !(isInteger && field.type?.isUnsigned == true) {
                problem(
                    keys + ["unitsPerSecond"], "expected only with u8, u16, u24 and u32")
            } else if !(units >= 1 && units <= 1_000_000_000) {
                problem(
                    keys + ["unitsPerSecond"],
                    "expected 1 to 1000000000, found \(Self.plain(units))")
            }
        }
    }

    /// The bit that a field hangs on, written `flags.3`.
    private mutating func condition(
        _ field: FramingDeclaration.Packets.Field, _ record: PacketFraming.Record,
        _ keys: [String]
    ) -> PacketFraming.Condition? {
        if field.if != nil, field.unless != nil {
            problem(keys, "expected at most one of the keys if, unless")
            return nil
        }
        guard let text = field.if ?? field.unless else { return nil }
        let keys = keys + [field.if == nil ? "unless" : "if"]
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let name = parts.dropLast().joined(separator: ".")
        guard let digits = parts.last, parts.count >= 2, let bit = Int(digits), bit >= 0,
            let index = record.fields.firstIndex(where: { $0.name == name })
        else {
            let names = record.fields.compactMap(\.name).joined(separator: ", ")
            problem(
                keys,
                "expected a bit of a field before this one (\(names.isEmpty ? "none" : names)), "
                    + "such as flags.0, found '\(text)'")
            return nil
        }
        let flags = record.fields[index]
        guard flags.type?.isUnsigned == true, flags.condition == nil, !flags.repeats else {
            problem(
                keys,
                "expected a field of u8, u16, u24 or u32 that is always there and does not repeat, "
                    + "found '\(name)'")
            return nil
        }
        guard bit < flags.size * 8 else {
            problem(keys, "expected bit 0 to \(flags.size * 8 - 1) of '\(name)', found \(bit)")
            return nil
        }
        return PacketFraming.Condition(field: index, bit: bit, isSet: field.if != nil)
    }

    /// Names stand once, or twice if only one of the fields is there; what repeats stands last.
    private mutating func checkPlace(
        _ field: PacketFraming.Field, _ before: [PacketFraming.Field],
        _ declared: [FramingDeclaration.Packets.Field], _ keys: [String]
    ) {
        // A condition that could not be read is told already, and makes no second mistake.
        guard
            !zip(before + [field], declared).contains(where: { built, field in
                built.condition == nil && (field.if ?? field.unless) != nil
            })
        else { return }
        if let last = before.last, last.repeats {
            if !field.repeats {
                problem(keys, "expected no field behind one that repeats to the packet's end")
            } else if field.condition != last.condition {
                problem(
                    keys, "expected the same condition as the repeating field before this one has")
            }
        }
        guard let name = field.name else { return }
        let same = before.filter { $0.name == name }
        guard let other = same.first else { return }
        guard same.count == 1, let one = field.condition, let two = other.condition,
            one.field == two.field, one.bit == two.bit, one.isSet != two.isSet
        else {
            problem(
                keys + ["name"],
                "'\(name)' is the name of two fields: expected that only if one has if: and the "
                    + "other unless: of the same bit")
            return
        }
        if field.type?.isReal != other.type?.isReal || field.repeats != other.repeats {
            problem(
                keys + ["type"], "expected a type like that of the other field '\(name)'")
        }
    }

    private mutating func addBits(
        _ bits: FramingDeclaration.Packets.Bits, _ record: inout PacketFraming.Record,
        _ keys: [String]
    ) {
        checkName(bits.name, keys + ["name"])
        if source(named: bits.name, record) != nil {
            problem(keys + ["name"], "'\(bits.name)' is already the name of a field or of bits")
        }
        guard let index = record.fields.firstIndex(where: { $0.name == bits.of }),
            record.fields[index].type?.isUnsigned == true, !record.fields[index].repeats,
            record.fields.count(where: { $0.name == bits.of }) == 1
        else {
            problem(
                keys + ["of"],
                "expected the name of one field of u8, u16, u24 or u32 that does not repeat, found "
                    + "'\(bits.of)'")
            return
        }
        let width = record.fields[index].size * 8
        let count = bits.count ?? 1
        if !(0..<width).contains(bits.at) {
            problem(keys + ["at"], "expected bit 0 to \(width - 1), found \(bits.at)")
        } else if !(1...width - bits.at).contains(count) {
            problem(keys + ["count"], "expected 1 to \(width - bits.at), found \(count)")
        } else {
            record.bits.append(
                PacketFraming.Bits(name: bits.name, field: index, at: bits.at, count: count))
        }
    }

    private mutating func counter(
        _ counter: FramingDeclaration.Packets.Counter, _ record: PacketFraming.Record,
        _ keys: [String]
    ) -> PacketFraming.Counter? {
        guard let index = record.fields.firstIndex(where: { $0.name == counter.field }),
            record.fields[index].type?.isUnsigned == true, !record.fields[index].repeats,
            record.fields[index].condition == nil, record.fields[index].missing.isEmpty
        else {
            problem(
                keys + ["field"],
                "expected the name of a field of u8, u16, u24 or u32 that is always there, found "
                    + "'\(counter.field)'")
            return nil
        }
        let step = counter.step ?? 1
        if step == 0 || UInt64(step) >= UInt64(1) << UInt64(record.fields[index].size * 8) {
            problem(keys + ["step"], "expected at least 1 and less than the counter's range")
            return nil
        }
        return PacketFraming.Counter(field: index, step: step)
    }
}
