ALTER TABLE "runs" ADD COLUMN "origin" text DEFAULT 'PERSON' NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "not_before" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "not_after" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "after_failure" text DEFAULT 'HOLD_QUEUE' NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "timeout_seconds" integer;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "on_hold_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "on_hold_by" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "on_hold_reason" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "edited_by" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "edited_at" timestamp (3) with time zone;