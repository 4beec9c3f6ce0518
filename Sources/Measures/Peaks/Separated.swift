import Timebase

/// Chooses the largest of many, without two that lie near each other.
public enum Separated {
    /// - Parameters:
    ///   - apart: nanoseconds that two must at least lie apart.
    /// - Returns: the largest first; of equal ones the earlier one.
    public static func largest<Item>(
        _ items: [Item], most: Int, apart: Int64, by size: (Item) -> Double,
        at time: (Item) -> Instant
    ) -> [Item] {
        var chosen: [Item] = []
        let order = items.sorted {
            let (left, right) = (size($0), size($1))
            return left != right ? left > right : time($0) < time($1)
        }
        for item in order {
            guard chosen.count < most else { break }
            if chosen.allSatisfy({ (time($0) - time(item)).magnitude >= apart.magnitude }) {
                chosen.append(item)
            }
        }
        return chosen
    }
}
