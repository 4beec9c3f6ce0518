/// Where a reader counts what it passes over. A class, so that the reader's hot path never has to
/// give its own address away. Used by the reader's thread only.
@usableFromInline
final class RingDamageLog {
    var damage = RingDamage()

    @usableFromInline
    @inline(never)
    func losePublishedPosition() { damage.isPublishedPositionLost = true }
}
