/// How much two categories count as the same, 0…1.
///
/// Linear and quadratic weights are for ordered categories and follow from their places: in the order, or,
/// where steps have a size, on the scale
/// (Cohen, J., 1968, Weighted kappa, Psychological Bulletin 70, 213–220; Fleiss, J. L., and Cohen, J., 1973,
/// Educational and Psychological Measurement 33, 613–619).
public enum AgreementWeights: String, Hashable, Sendable, CaseIterable {
    /// Only the same category is agreement.
    case unweighted
    /// 1 − |i − j| / the distance of the outermost
    case linear
    /// 1 − (i − j)² / the square of that distance
    case quadratic

    /// The weight of two categories by their places among those of all.
    /// - Parameter places: 0, 1, 2, … for an order, the values themselves for a scale.
    public func weight(_ first: Int, _ second: Int, at places: [Double]) -> Double {
        guard first != second else { return 1 }
        let span = (places.max() ?? 0) - (places.min() ?? 0)
        let distance = span > 0 ? abs(places[first] - places[second]) / span : 1
        return switch self {
        case .unweighted: 0
        case .linear: 1 - distance
        case .quadratic: 1 - distance * distance
        }
    }
}
