import Link

/// Takes calls from the server to the station. Two objects, because the server needs its handler
/// before the station is complete.
final class StationHandler: VarlinkHandler {
    weak var station: Station?

    func handle(_ call: VarlinkCall) {
        guard let station else { return }
        do {
            try station.answer(call)
        } catch let error as ControlError {
            call.fail(error)
        } catch let error as LinkRefusal {
            call.fail(error)
        } catch let error as StudyRefusal {
            call.fail(error)
        } catch let error as ReviewRefusal {
            call.fail(error)
        } catch let error as VarlinkError {
            call.fail(error)
        } catch {
            call.fail(ControlError.storageFailed(reason: "\(error)"))
        }
    }

    func connectionClosed(_ connection: ConnectionID) {
        station?.connectionClosed(connection)
    }
}
