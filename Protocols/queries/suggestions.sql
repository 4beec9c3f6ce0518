-- A row is a stay in a phase: messages of the participant by how they use the Suggestions that were shown.
SELECT p.study, p.participant, p.session, p.phase, p.stay,
    COUNT(CASE WHEN t.use_class = 'direct-adoption' THEN 1 END) AS accepted_n,
    COUNT(CASE WHEN t.use_class = 'slight-modification' THEN 1 END) AS edited_n,
    COUNT(CASE WHEN t.use_class = 'combination' THEN 1 END) AS combined_n,
    COUNT(CASE WHEN t.use_class = 'rewritten' THEN 1 END) AS rewritten_n,
    COUNT(CASE WHEN t.use_class = 'no-detected-overlap' THEN 1 END) AS ignored_n
FROM phases AS p
LEFT JOIN turns AS t
    ON t.study = p.study AND t.session = p.session AND t.t_ns >= p.t_ns AND t.t_ns < p.end_ns
    AND t.author = 'participant'
GROUP BY p.study, p.participant, p.session, p.phase, p.stay
ORDER BY p.study, p.session, p.phase, p.stay
