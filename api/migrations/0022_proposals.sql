ALTER TABLE "runs" ADD COLUMN "proposed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "accepted_by" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "accepted_at" timestamp (3) with time zone;