/// How long a file's records are and how many annotation signals it has.
///
/// A record has a whole number of points of each signal, and one annotation of each annotation signal; EDFlib
/// drops what finds no place without a word.
struct EDFLayout {
    /// In units of 10 microseconds, as EDFlib takes it.
    let duration: Int
    let records: Int64
    let annotationSignals: Int
    /// Records behind the end that only hold annotations.
    let added: Int64

    /// Nanoseconds of a record.
    var record: Int64 { Int64(duration) * 10_000 }

    static let mostAnnotationSignals = 64
    /// Whole seconds first; shorter records are for files with very many annotations.
    private static let longer = (1...60).map { $0 * 100_000 }
    private static let shorter = [
        50_000, 25_000, 20_000, 12_500, 10_000, 5_000, 4_000, 2_000, 1_000,
    ]

    /// - Parameters:
    ///   - rates: points a second of the signals.
    ///   - length: nanoseconds that the file must hold.
    init(rates: [Double], length: Int64, annotations: Int) {
        func fits(_ duration: Int) -> Bool {
            rates.allSatisfy { rate in
                let points = rate * Double(duration) / 1e5
                return points >= 0.5 && (points - points.rounded()).magnitude < 1e-6 * points
            }
        }
        func records(_ duration: Int) -> Int64 {
            max(1, (length + Int64(duration) * 10_000 - 1) / (Int64(duration) * 10_000))
        }
        func holds(_ duration: Int) -> Bool {
            records(duration) * Int64(Self.mostAnnotationSignals) >= Int64(annotations)
        }
        // Where no length suits all rates, points are a little denser than samples.
        var duration = Self.longer.first(where: fits) ?? Self.longer[0]
        if !holds(duration) {
            duration =
                Self.shorter.first { fits($0) && holds($0) } ?? Self.shorter.last(where: fits)
                ?? duration
        }
        let needed = records(duration)
        let most = Int64(Self.mostAnnotationSignals)
        let count = max(needed, (Int64(annotations) + most - 1) / most)
        self.duration = duration
        self.records = count
        added = count - needed
        annotationSignals = max(1, Int((Int64(annotations) + count - 1) / count))
    }

    /// Points of a signal in a record.
    func points(of rate: Double) -> Int {
        let points = rate * Double(duration) / 1e5
        let whole = points.rounded()
        return max(1, Int((points - whole).magnitude < 1e-6 * points ? whole : points.rounded(.up)))
    }
}
