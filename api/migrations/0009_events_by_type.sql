DROP INDEX "events_output";--> statement-breakpoint
CREATE INDEX "events_by_type" ON "events" USING btree ("run","type","seq") WHERE "events"."type" <> 'line';