-- A row is a stay in a phase: presses that the keyboard told, and the median time from press to press below
-- two seconds.
WITH pressed AS (
    SELECT p.study, p.participant, p.session, p.phase, p.stay, k.t_ns,
        k.t_ns - LAG(k.t_ns) OVER (
            PARTITION BY p.study, p.session, p.phase, p.stay ORDER BY k.t_ns, k.ordinal) AS step_ns
    FROM phases AS p
    LEFT JOIN keystrokes AS k
        ON k.study = p.study AND k.session = p.session AND k.t_ns >= p.t_ns AND k.t_ns < p.end_ns
)
SELECT study, participant, session, phase, stay,
    COUNT(t_ns) AS key_presses,
    MEDIAN(CASE WHEN step_ns < 2000000000 THEN step_ns / 1e6 END) AS press_ms
FROM pressed
GROUP BY study, participant, session, phase, stay
ORDER BY study, session, phase, stay
