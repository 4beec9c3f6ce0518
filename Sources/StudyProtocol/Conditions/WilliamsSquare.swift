/// Orders of treatments in which each comes once at each position, and follows each other one
/// equally often (E. J. Williams: "Experimental designs balanced for the estimation of residual
/// effects of treatments", Australian Journal of Scientific Research A 2, 1949).
public enum WilliamsSquare {
    /// The sequences for a number of treatments, which are numbered from 0: as many as treatments
    /// where these are even in number, else twice as many.
    public static func sequences(of count: Int) -> [[Int]] {
        guard count > 1 else { return count == 1 ? [[0]] : [] }
        // 0, 1, n-1, 2, n-2, …: its neighbours differ by each amount once.
        let first = (0..<count).map { position in
            position == 0 ? 0 : position % 2 == 1 ? (position + 1) / 2 : count - position / 2
        }
        let square = (0..<count).map { shift in first.map { ($0 + shift) % count } }
        return count % 2 == 0 ? square : square + square.map { Array($0.reversed()) }
    }

    /// How many sequences there are.
    public static func count(of treatments: Int) -> Int {
        treatments <= 1 ? max(treatments, 0) : treatments % 2 == 0 ? treatments : 2 * treatments
    }
}
