/// The format `bids`: Protocols/formats/bids.md.
struct BIDSWriter: FormatWriter {
    func write(_ session: SessionExport, samples: [SampleSource], to output: FormatOutput) throws {
        guard let place = BIDSNames(output.sessions).places[session.key.session] else { return }
        let labels = BIDSNames.labels(
            samples.map { String($0.name.dropFirst(ColumnNames.samplePrefix.count)) })
        for (table, label) in zip(samples, labels) {
            try BIDSRecording(
                table: table, session: session, place: place, label: label, output: output
            ).write()
        }
    }

    func jobs(
        tables: [any TableSource], of facts: DatasetFacts, to output: FormatOutput
    ) throws -> [@Sendable () throws -> Void] {
        let names = BIDSNames(output.sessions)
        // What is a file of its own elsewhere in the dataset.
        let others = tables.filter { !["sessions", "participants"].contains($0.name) }
        let labels = BIDSNames.labels(others.map(\.name))
        var jobs: [@Sendable () throws -> Void] = zip(others, labels).map { table, label in
            { try BIDSTable(table: table, label: label, names: names, output: output).write() }
        }
        jobs.append { try BIDSTimeline(others, names, output).write() }
        jobs.append {
            let description = BIDSDescription(tables, names, output)
            try description.write()
            if let answers = tables.first(where: { $0.name == "answers" }) {
                try BIDSPhenotype(answers, names).write(to: output)
            }
        }
        return jobs
    }
}
