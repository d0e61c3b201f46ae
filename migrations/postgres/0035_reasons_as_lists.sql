-- Why an appointment would not have been on offer: a JSON list of codes.
UPDATE appointments SET overridden = CASE
    WHEN overridden = '' THEN '[]'
    ELSE '["' || REPLACE(overridden, ', ', '","') || '"]'
END
WHERE overridden IS NOT NULL;
