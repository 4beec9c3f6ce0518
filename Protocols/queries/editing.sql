-- A row is a stay in a phase: how drafts were written in it, whether or not they were sent. A pause is two
-- seconds or more between two edits of one draft; lengths are in UTF-16 units.
WITH edited AS (
    SELECT p.study, p.participant, p.session, p.phase, p.stay, e.t_ns, e.deleted, e.inserted, e.class,
        e.t_ns - LAG(e.t_ns) OVER (
            PARTITION BY p.study, p.session, p.phase, p.stay, e.client, e.turn
            ORDER BY e.t_ns, e.client_sequence) AS step_ns
    FROM phases AS p
    LEFT JOIN draft_edits AS e
        ON e.study = p.study AND e.session = p.session AND e.t_ns >= p.t_ns AND e.t_ns < p.end_ns
)
SELECT study, participant, session, phase, stay,
    COUNT(t_ns) AS edits,
    COUNT(CASE WHEN step_ns >= 2000000000 THEN 1 END) AS pauses,
    COALESCE(SUM(CASE WHEN step_ns >= 2000000000 THEN step_ns END), 0) / 1e6 AS pause_ms,
    COUNT(CASE WHEN deleted > 0 AND inserted = 0 THEN 1 END) AS deletions,
    COALESCE(SUM(deleted), 0) AS deleted_chars,
    COUNT(CASE WHEN class = 'paste' THEN 1 END) AS pastes,
    COALESCE(SUM(CASE WHEN class = 'paste' THEN inserted END), 0) AS pasted_chars,
    COALESCE(SUM(CASE WHEN class <> 'paste' THEN inserted END), 0) AS typed_chars
FROM edited
GROUP BY study, participant, session, phase, stay
ORDER BY study, session, phase, stay
