-- Rows of earlier versions: the search no longer ignores the case of this column.
UPDATE "runs" SET "words" = lower("words") WHERE "words" <> lower("words");--> statement-breakpoint
DROP INDEX "runs_script";--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "script_folded" text GENERATED ALWAYS AS (lower(script)) STORED;--> statement-breakpoint
CREATE INDEX "runs_script_folded" ON "runs" USING gin ("script_folded" gin_trgm_ops);