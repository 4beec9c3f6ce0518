/// How a cell of the screen looks. The terminal's own sixteen colours are used, so that its theme
/// decides; nothing is told by colour alone.
public enum Style: UInt8, Hashable, Sendable, CaseIterable {
    case plain, strong, faint, bar, participant, partner, phase, mark, gap, alarm
    case signal, heart, skin, ahead, playhead

    /// The parameters of the terminal's "select graphic rendition" (ECMA-48), after a reset.
    var codes: String {
        switch self {
        case .plain: "0"
        case .strong: "0;1"
        case .faint: "0;2"
        case .bar: "0;7"
        case .participant: "0;1;36"
        case .partner: "0;1;32"
        case .phase: "0;1;35"
        case .mark: "0;1;33"
        case .gap: "0;2;31"
        case .alarm: "0;1;31"
        case .signal: "0;34"
        case .heart: "0;31"
        case .skin: "0;32"
        case .ahead: "0;2"
        case .playhead: "0;1;33"
        }
    }

    /// The same without colours.
    var codesWithoutColour: String {
        switch self {
        case .plain, .signal, .heart, .skin, .gap: "0"
        case .bar: "0;7"
        case .faint, .ahead: "0;2"
        default: "0;1"
        }
    }
}
