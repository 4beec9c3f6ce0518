/// Which stretch of which track a block of columns holds.
struct SignalBlockKey: Hashable {
    var track: SignalTrack
    var columnWidth: Int64
    var block: Int64
}
