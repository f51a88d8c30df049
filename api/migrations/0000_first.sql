CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE TABLE "events" (
	"run" uuid NOT NULL,
	"seq" integer NOT NULL,
	"type" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"data" text NOT NULL,
	CONSTRAINT "events_run_seq_pk" PRIMARY KEY("run","seq")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"sequencer" text NOT NULL,
	"number" integer NOT NULL,
	"title" text,
	"script" text NOT NULL,
	"script_hash" text NOT NULL,
	"arguments" json NOT NULL,
	"start_paused" boolean NOT NULL,
	"hold_on_failure" boolean NOT NULL,
	"breakpoints" json NOT NULL,
	"start" text NOT NULL,
	"place" integer NOT NULL,
	"submitted_by" text NOT NULL,
	"submitted_at" timestamp (3) with time zone NOT NULL,
	"request_id" text,
	"phase" text NOT NULL,
	"reason" text,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"exit_code" integer,
	"failure" json,
	"words" text NOT NULL,
	"statement_count" integer DEFAULT 0 NOT NULL,
	"statements_done" integer DEFAULT 0 NOT NULL,
	"last_seq" integer DEFAULT 0 NOT NULL,
	"view" text,
	"view_seq" integer DEFAULT 0 NOT NULL,
	"seen_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sequencers" (
	"name" text PRIMARY KEY NOT NULL,
	"mode" text DEFAULT 'OFF' NOT NULL,
	"mode_reason" text,
	"mode_changed_by" text,
	"mode_changed_at" timestamp (3) with time zone,
	"last_number" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_sequencer_sequencers_name_fk" FOREIGN KEY ("sequencer") REFERENCES "public"."sequencers"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "events_output" ON "events" USING btree ("run","seq") WHERE "events"."type" = 'output';--> statement-breakpoint
CREATE UNIQUE INDEX "runs_number" ON "runs" USING btree ("sequencer","number");--> statement-breakpoint
CREATE UNIQUE INDEX "runs_request" ON "runs" USING btree ("submitted_by","request_id");--> statement-breakpoint
CREATE UNIQUE INDEX "runs_one_active" ON "runs" USING btree ("sequencer") WHERE "runs"."phase" in ('STARTING', 'RUNNING', 'PAUSED', 'STOPPING');--> statement-breakpoint
CREATE INDEX "runs_waiting" ON "runs" USING btree ("sequencer","place") WHERE "runs"."phase" = 'QUEUED';--> statement-breakpoint
CREATE INDEX "runs_newest" ON "runs" USING btree ("submitted_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "runs_newest_of_sequencer" ON "runs" USING btree ("sequencer","submitted_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "runs_newest_of_phase" ON "runs" USING btree ("phase","submitted_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "runs_words" ON "runs" USING gin ("words" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "runs_script" ON "runs" USING gin ("script" gin_trgm_ops);