/// What stands at the top of a place: that it is one, and how it is laid out.
struct PlaceMark: Codable, Hashable, Sendable {
    var format = "attune-place"
    /// 1. A place of a later version is left alone.
    var version = 1

    func check(_ place: String) throws(StationsError) {
        guard format == "attune-place" else {
            throw StationsError(.noPlace, "\(place) has a mark that is none of Attune's")
        }
        guard version == 1 else {
            throw StationsError(
                .noPlace,
                "\(place) is laid out in version \(version), and this program knows version 1: "
                    + "install a newer Attune")
        }
    }
}
