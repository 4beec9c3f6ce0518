import Timebase

/// What estimation costs: processor time of the thread that does it.
enum AlignCost {
    /// Over one recording of each case; the dearest case counts.
    static func measure(_ cases: [AlignCase]) throws -> BenchResult {
        var dearest = BenchResult(bench: "align", case: "", figure: 0, unit: "ns a sample")
        for recipe in cases {
            let simulation = AlignSimulation(recipe, seed: 0)
            let aligner = Aligner(AlignSimulation.model(recipe, delay: 0, uncertainty: 0))
            var each = Distribution()
            for _ in 0..<3 {
                let began = ProcessorTime.read()
                let alignment = aligner.align(simulation.readings)
                let seconds = (ProcessorTime.read() - began).thread
                guard alignment.times.count == simulation.readings.index.count else {
                    throw BenchmarkError("Not all readings were aligned.")
                }
                each.add(seconds * 1e9 / Double(simulation.truth.count))
            }
            if each.median > dearest.figure || dearest.case.isEmpty {
                dearest.figure = each.median
                dearest.case = "estimation, dearest case (\(recipe.title))"
            }
        }
        dearest.goal = "below 1,000 ns"
        dearest.met = dearest.figure < 1000
        return dearest
    }
}
