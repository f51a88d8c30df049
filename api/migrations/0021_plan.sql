ALTER TABLE "runs" ADD COLUMN "resources" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "sequencers" ADD COLUMN "after_failure" text DEFAULT 'HOLD_QUEUE' NOT NULL;