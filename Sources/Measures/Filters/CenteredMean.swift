/// The mean of the values around each one, both ends continued by their last value:
/// `scipy.ndimage.uniform_filter1d(values, count, mode="nearest")`.
enum CenteredMean {
    /// - Parameter count: how many values; of an even number one more lies before than behind.
    static func apply(_ count: Int, to values: [Double]) -> [Double] {
        guard count > 1, let first = values.first, let last = values.last else { return values }
        let before = count / 2
        let behind = count - before - 1
        func value(_ place: Int) -> Double {
            place < 0 ? first : place < values.count ? values[place] : last
        }
        var sum = 0.0
        for place in -before...behind { sum += value(place) }
        var means = values
        means[0] = sum / Double(count)
        for place in 1..<max(1, values.count) {
            sum += value(place + behind) - value(place - before - 1)
            means[place] = sum / Double(count)
        }
        return means
    }
}
