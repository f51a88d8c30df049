CREATE TABLE "scheduler_pulls" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "scheduler_pulls_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"sequencer" text NOT NULL,
	"requested_by" text NOT NULL,
	"automatic" boolean NOT NULL,
	"action" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"from" timestamp (3) with time zone NOT NULL,
	"to" timestamp (3) with time zone NOT NULL,
	"policy" text NOT NULL,
	"state" text NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"deadline" timestamp (3) with time zone NOT NULL,
	"message" text,
	"seconds" double precision,
	"script" text,
	"run" uuid
);
--> statement-breakpoint
CREATE TABLE "scheduler_settings" (
	"sequencer" text PRIMARY KEY NOT NULL,
	"url" text,
	"header" text,
	"policy" text,
	"length_minutes" integer,
	"timeout_seconds" integer,
	"lead_minutes" integer,
	"counts_after" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "scheduler_pulls" ADD CONSTRAINT "scheduler_pulls_sequencer_sequencers_name_fk" FOREIGN KEY ("sequencer") REFERENCES "public"."sequencers"("name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scheduler_pulls" ADD CONSTRAINT "scheduler_pulls_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scheduler_settings" ADD CONSTRAINT "scheduler_settings_sequencer_sequencers_name_fk" FOREIGN KEY ("sequencer") REFERENCES "public"."sequencers"("name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "scheduler_pulls_one_open" ON "scheduler_pulls" USING btree ("sequencer") WHERE "scheduler_pulls"."state" in ('REQUESTED', 'ANSWERED');--> statement-breakpoint
CREATE INDEX "scheduler_pulls_newest" ON "scheduler_pulls" USING btree ("sequencer","number" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "scheduler_pulls_run" ON "scheduler_pulls" USING btree ("run");