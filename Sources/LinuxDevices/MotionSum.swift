/// The sum of a pointer's steps within one report; saturates instead of overflowing.
struct MotionSum: Hashable, Sendable {
    private(set) var horizontal: Int16 = 0
    private(set) var vertical: Int16 = 0

    var isZero: Bool { horizontal == 0 && vertical == 0 }

    mutating func addHorizontal(_ step: Int32) {
        horizontal = Int16(clamping: Int64(horizontal) + Int64(step))
    }

    mutating func addVertical(_ step: Int32) {
        vertical = Int16(clamping: Int64(vertical) + Int64(step))
    }
}
