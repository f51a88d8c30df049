CREATE TABLE "output_blocks" (
	"run" uuid NOT NULL,
	"block" integer NOT NULL,
	"last_seq" integer NOT NULL,
	"words" text NOT NULL,
	"seqs" integer[] NOT NULL,
	"ordinals" integer[] NOT NULL,
	"streams" text[] NOT NULL,
	"traces" integer[] NOT NULL,
	"script_lines" integer[] NOT NULL,
	CONSTRAINT "output_blocks_run_block_pk" PRIMARY KEY("run","block")
);
--> statement-breakpoint
ALTER TABLE "output_blocks" ADD CONSTRAINT "output_blocks_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;