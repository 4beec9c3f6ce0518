/// How much two categories count as the same, 0…1.
///
/// Linear and quadratic weights are for ordered categories and follow from their places in the order
/// (Cohen, J., 1968, Weighted kappa, Psychological Bulletin 70, 213–220; Fleiss, J. L., and Cohen, J., 1973,
/// Educational and Psychological Measurement 33, 613–619).
public enum AgreementWeights: String, Hashable, Sendable, CaseIterable {
    /// Only the same category is agreement.
    case unweighted
    /// 1 − |i − j| / (q − 1)
    case linear
    /// 1 − (i − j)² / (q − 1)²
    case quadratic

    /// The weight of two categories by their places among `count`.
    public func weight(_ first: Int, _ second: Int, of count: Int) -> Double {
        guard first != second else { return 1 }
        let distance = Double(abs(first - second)) / Double(max(count - 1, 1))
        return switch self {
        case .unweighted: 0
        case .linear: 1 - distance
        case .quadratic: 1 - distance * distance
        }
    }
}
