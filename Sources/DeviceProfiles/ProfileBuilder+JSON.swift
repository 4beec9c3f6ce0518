extension ProfileBuilder {
    mutating func buildJSON(
        _ json: FramingDeclaration.JSON, _ chosen: [ChosenChannel],
        _ streams: inout [StreamProfile]
    ) -> Framing {
        let keys = ["framing", "json"]
        checkClocks([.arrival], streams)
        let longest = json.maximumLength ?? 512
        if !(2...65_536).contains(longest) {
            problem(keys + ["maximumLength"], "expected 2 to 65536, found \(longest)")
        }
        if json.records.isEmpty { problem(keys + ["records"], "expected at least one record") }
        var records: [JSONFraming.Record] = []
        for (index, record) in json.records.enumerated() {
            let keys = keys + ["records", "\(index)"]
            guard let stream = stream(record.stream, streams, keys) else { continue }
            guard streams.indices.contains(stream) else {
                records.append(
                    JSONFraming.Record(
                        stream: stream, conditions: record.where ?? [:], columns: []))
                continue
            }
            let channels = chosen.filter { $0.stream == stream }
            let missing = record.missing ?? [:]
            for path in missing.keys.sorted() {
                guard let channel = channels.first(where: { $0.declaration.source == path }) else {
                    // Of a channel that is not recorded it may speak all the same.
                    if !isSource(path, stream) {
                        problem(
                            keys + ["missing", path],
                            "expected the source of a channel of '\(streams[stream].name)'")
                    }
                    continue
                }
                if channel.declaration.number != .real {
                    problem(
                        keys + ["missing", path],
                        "expected number: real for this channel, since only reals can be missing")
                }
            }
            records.append(
                JSONFraming.Record(
                    stream: stream, conditions: record.where ?? [:],
                    columns: channels.map { channel in
                        JSONFraming.Column(
                            path: channel.declaration.source, number: number(channel),
                            missing: missing[channel.declaration.source] ?? [])
                    }))
        }
        for (index, stream) in streams.enumerated()
        where !records.contains(where: { $0.stream == index }) && problems.isEmpty {
            problem(
                ["streams", "\(index)", "name"], "no record of the framing is of '\(stream.name)'")
        }
        scaleDecimals(chosen, &streams)
        return .json(
            JSONFraming(
                records: records, maximumLength: longest,
                discardsFirst: json.discardFirst ?? true,
                ignoresOther: json.ignoreOther ?? false))
    }

    private func isSource(_ name: String, _ stream: Int) -> Bool {
        (declaration.streams[stream].channels ?? []).contains { $0.source == name }
    }
}
