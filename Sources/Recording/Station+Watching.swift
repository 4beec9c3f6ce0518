import Link
import StudyProtocol
import SystemCalls
import Timebase

/// What the status tells beside counts: how fast disks fill, how the wall clock is, and where sessions
/// stand in their protocols.
extension Station {
    func watchGrowthAndClock(_ now: Instant) {
        if now - clockWatch.lastReading >= 1_000_000_000 {
            clockWatch.note(Clocks.triple(), discipline: .current())
        }
        guard growth.isDue(at: now) else { return }
        growth.note(
            sessions.mapValues { session in
                ["", "-wal"].reduce(0) {
                    $0 + ((try? FileSystem.size(session.path + $1)) ?? 0)
                }
            }, at: now)
    }

    func getProcedure(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.GetProcedure.self)
        let session = try recording(asked.session)
        call.reply(
            ControlInterface.GetProcedure.Reply(
                session: information(session),
                procedure: ProcedureInfo(
                    session.plan, session.procedure, fitting: session.fitting?.fitting)))
    }
}

extension ProcedureInfo {
    /// - Parameter fitting: what the fitting phase that counts now asks for.
    init(_ plan: StudyPlan?, _ state: ProcedureState, fitting: FittingPlan?) {
        let entered = state.procedure?.entered ?? []
        let next = Set(state.procedure?.allowedNext.map(\.name) ?? [])
        self.init(
            title: plan?.title,
            phases: (plan?.phases ?? []).map { phase in
                PhaseInfo(
                    name: phase.name, title: phase.title, kind: phase.kind.rawValue,
                    durationMs: phase.durationSeconds.map { Int($0 * 1000) },
                    advance: phase.advance.rawValue, optional: phase.isOptional,
                    entered: entered.count { $0 == phase.name }, isNext: next.contains(phase.name))
            },
            phase: state.procedure?.current,
            phaseBeganNs: state.procedure?.current == nil ? nil : state.phaseBegan?.nanoseconds,
            checks: fitting?.checks.map(\.rawValue) ?? [],
            asks: fitting?.asks.map(\.rawValue) ?? [], notes: state.fittingNotes)
    }
}
