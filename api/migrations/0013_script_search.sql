-- Rows of earlier versions: the search no longer ignores the case of this column.
UPDATE "runs" SET "words" = lower("words") WHERE "words" <> lower("words");--> statement-breakpoint
DROP INDEX "runs_script";--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "script_folded" text GENERATED ALWAYS AS (lower(script)) STORED;--> statement-breakpoint
CREATE INDEX "runs_newest_of_sequencer_phase" ON "runs" USING btree ("sequencer","phase","submitted_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "runs_newest_of_sequencer_person" ON "runs" USING btree ("sequencer","submitted_by","submitted_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "runs_script_folded" ON "runs" USING gin ("script_folded" gin_trgm_ops);