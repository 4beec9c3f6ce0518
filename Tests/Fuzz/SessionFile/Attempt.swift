/// Runs what may fail, with words that say why.
@discardableResult
func attempt<Result>(_ body: () throws -> Result) -> Result? {
    do {
        return try body()
    } catch {
        if "\(error)".isEmpty { fatalError("an error without words") }
        return nil
    }
}
