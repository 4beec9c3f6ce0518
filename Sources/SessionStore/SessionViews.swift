/// Views of a session file for a person with any SQLite browser: seconds since the session's start,
/// milliseconds, UTC, and names instead of numbers.
enum SessionViews {
    static let all = [streams, turns, keystrokes, gaps, events, clocks, phases].joined(
        separator: "\n")

    private static let streams = """
        CREATE VIEW v_streams AS
          SELECT streams.id, streams.name, streams.kind, streams.source, streams.nominal_rate_hz,
            (SELECT group_concat(name, ', ') FROM
              (SELECT name FROM channels WHERE stream_id = streams.id ORDER BY position)
            ) AS channels,
            CASE streams.kind
              WHEN 'keys' THEN (SELECT count(*) FROM keystrokes WHERE stream_id = streams.id)
              ELSE coalesce((SELECT max(first_index + sample_count) FROM chunks
                WHERE stream_id = streams.id), 0)
            END AS samples,
            (SELECT (max(last_arrival_ns) - min(first_arrival_ns)) / 1e9 FROM chunks
              WHERE stream_id = streams.id) AS duration_s,
            (SELECT round((max(first_index + sample_count) - 1) * 1e9
                / nullif(max(last_arrival_ns) - min(first_arrival_ns), 0), 3)
              FROM chunks WHERE stream_id = streams.id) AS rate_hz,
            (SELECT count(*) FROM gaps WHERE stream_id = streams.id) AS gaps,
            (SELECT coalesce(sum(lost), 0) FROM gaps WHERE stream_id = streams.id) AS lost,
            (SELECT coalesce(sum(count), 0) FROM faults WHERE stream_id = streams.id) AS faults,
            (SELECT max(bound_ns) / 1e6 FROM clock_segments WHERE stream_id = streams.id)
              AS worst_bound_ms
          FROM streams;
        """

    /// What the wall clock said at a moment: by the last triple before it.
    private static func utc(_ column: String) -> String {
        """
        strftime('%Y-%m-%dT%H:%M:%fZ', (\(column) + coalesce(
              (SELECT realtime_ns - monotonic_ns FROM time_triples WHERE monotonic_ns <= \(column)
                ORDER BY monotonic_ns DESC LIMIT 1),
              session.started_realtime_ns - session.started_ns)) / 1e9, 'unixepoch')
        """
    }

    private static let turns = """
        CREATE VIEW v_turns AS
          SELECT turns.number, (sent_ns - session.started_ns) / 1e9 AS t_s,
            \(utc("sent_ns")) AS utc,
            author, text, (sent_ns - composed_from_ns) / 1e9 AS composing_s,
            (shown_ns - sent_ns) / 1e6 AS shown_after_ms
          FROM turns, session ORDER BY sent_ns;
        """

    private static let keystrokes = """
        CREATE VIEW v_keystrokes AS
          SELECT streams.name AS stream, ordinal,
            (pressed_ns - session.started_ns) / 1e9 AS t_s, class,
            (released_ns - pressed_ns) / 1e6 AS dwell_ms,
            CASE WHEN gaps.id IS NULL THEN
              (pressed_ns - lag(pressed_ns) OVER earlier) / 1e6 END AS press_to_press_ms,
            CASE WHEN gaps.id IS NULL THEN
              (pressed_ns - lag(released_ns) OVER earlier) / 1e6 END AS flight_ms
          FROM keystrokes JOIN streams ON streams.id = keystrokes.stream_id
            LEFT JOIN gaps ON gaps.stream_id = keystrokes.stream_id
              AND gaps.after_index = ordinal - 1, session
          WINDOW earlier AS (PARTITION BY keystrokes.stream_id ORDER BY ordinal);
        """

    private static let gaps = """
        CREATE VIEW v_gaps AS
          SELECT streams.name AS stream, cause, (start_ns - session.started_ns) / 1e9 AS t_s,
            (end_ns - start_ns) / 1e6 AS duration_ms, after_index, lost,
            CASE lost_bound WHEN 0 THEN 'exact' WHEN 9223372036854775807 THEN 'unknown'
              ELSE 'within ' || lost_bound END AS exactness
          FROM gaps JOIN streams ON streams.id = stream_id, session ORDER BY start_ns;
        """

    private static let events = """
        CREATE VIEW v_events AS
          SELECT (t_ns - session.started_ns) / 1e9 AS t_s,
            \(utc("t_ns")) AS utc,
            bound_ns / 1e6 AS bound_ms, events.kind, streams.name AS stream, client, payload
          FROM events LEFT JOIN streams ON streams.id = stream_id, session ORDER BY t_ns;
        """

    private static let clocks = """
        CREATE VIEW v_clock_quality AS
          SELECT streams.name AS stream, clock_kind, first_index, last_index,
            (origin_ns - session.started_ns) / 1e9 AS t_s,
            CASE WHEN period_ns > 0 THEN 1e9 / period_ns END AS rate_hz, drift_ppm,
            bound_ns / 1e6 AS bound_ms, jitter_ns / 1e6 AS jitter_ms, method
          FROM clock_segments JOIN streams ON streams.id = stream_id, session
          ORDER BY stream_id, first_index;
        """

    private static let phases = """
        CREATE VIEW v_phases AS
          SELECT phases.name, (phases.started_ns - session.started_ns) / 1e9 AS t_s,
            (coalesce(ended_ns, stopped_ns) - phases.started_ns) / 1e9 AS duration_s
          FROM phases, session ORDER BY phases.started_ns;
        """
}
