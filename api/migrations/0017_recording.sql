DROP INDEX "runs_one_active";--> statement-breakpoint
DROP INDEX "runs_ended";--> statement-breakpoint
CREATE UNIQUE INDEX "runs_one_active" ON "runs" USING btree ("sequencer") WHERE "runs"."phase" in ('STARTING', 'RUNNING', 'PAUSED', 'STOPPING', 'RECORDING');--> statement-breakpoint
CREATE INDEX "runs_ended" ON "runs" USING btree ("sequencer",coalesce("finished_at", "submitted_at") desc,"id" DESC NULLS FIRST) WHERE "runs"."phase" not in ('QUEUED', 'STARTING', 'RUNNING', 'PAUSED', 'STOPPING', 'RECORDING', 'CANCELLED');