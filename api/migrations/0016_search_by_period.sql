-- The old indexes are dropped last: dropping one keeps other replicas from reading the runs until this ends.
CREATE INDEX "runs_words_by_period" ON "runs" USING gin ((array[((("submitted_at" at time zone 'UTC')::date - '1970-01-01'::date) / 10)::text, "sequencer" || ' ' || ((("submitted_at" at time zone 'UTC')::date - '1970-01-01'::date) / 10)::text]),"words" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "runs_script_by_period" ON "runs" USING gin ((array[((("submitted_at" at time zone 'UTC')::date - '1970-01-01'::date) / 10)::text, "sequencer" || ' ' || ((("submitted_at" at time zone 'UTC')::date - '1970-01-01'::date) / 10)::text]),"script_folded" gin_trgm_ops);--> statement-breakpoint
DROP INDEX "runs_words";--> statement-breakpoint
DROP INDEX "runs_script_folded";