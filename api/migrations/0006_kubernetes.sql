ALTER TABLE "runs" ADD COLUMN "object" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "told_generation" integer;