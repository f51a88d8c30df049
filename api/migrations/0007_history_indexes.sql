DROP INDEX "runs_newest";--> statement-breakpoint
DROP INDEX "runs_newest_of_sequencer";--> statement-breakpoint
DROP INDEX "runs_newest_of_phase";--> statement-breakpoint
DROP INDEX "audit_user";--> statement-breakpoint
DROP INDEX "audit_sequencer";--> statement-breakpoint
CREATE INDEX "runs_newest_of_person" ON "runs" USING btree ("submitted_by","submitted_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "runs_longest" ON "runs" USING btree (coalesce(extract(epoch from "finished_at" - "started_at"), -1) desc,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "runs_newest" ON "runs" USING btree ("submitted_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "runs_newest_of_sequencer" ON "runs" USING btree ("sequencer","submitted_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "runs_newest_of_phase" ON "runs" USING btree ("phase","submitted_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "audit_user" ON "audit" USING btree ("user_name","id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "audit_sequencer" ON "audit" USING btree ("sequencer","id" DESC NULLS FIRST);