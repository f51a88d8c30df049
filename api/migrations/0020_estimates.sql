CREATE TABLE "runs_to_measure" (
	"run" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "statement_durations" (
	"sequencer" text NOT NULL,
	"key" text NOT NULL,
	"seconds" double precision[] NOT NULL,
	"runs" integer[] NOT NULL,
	"typical_seconds" double precision NOT NULL,
	"low_seconds" double precision NOT NULL,
	"high_seconds" double precision NOT NULL,
	"basis" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "statement_durations_sequencer_key_pk" PRIMARY KEY("sequencer","key")
);
--> statement-breakpoint
ALTER TABLE "runs_to_measure" ADD CONSTRAINT "runs_to_measure_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "statement_durations" ADD CONSTRAINT "statement_durations_sequencer_sequencers_name_fk" FOREIGN KEY ("sequencer") REFERENCES "public"."sequencers"("name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "statement_durations_newest" ON "statement_durations" USING btree ("sequencer","at" DESC NULLS FIRST);