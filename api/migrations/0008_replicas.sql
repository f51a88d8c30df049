CREATE TABLE "commands" (
	"id" uuid PRIMARY KEY NOT NULL,
	"to" text NOT NULL,
	"from" text NOT NULL,
	"run" uuid NOT NULL,
	"by" text NOT NULL,
	"command" text NOT NULL,
	"asked_at" timestamp (3) with time zone NOT NULL,
	"taken_at" timestamp (3) with time zone,
	"answer" text
);
--> statement-breakpoint
CREATE TABLE "replicas" (
	"id" text PRIMARY KEY NOT NULL,
	"heard_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "seats" (
	"run" uuid PRIMARY KEY NOT NULL,
	"replica" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"hello" text NOT NULL
);
--> statement-breakpoint
CREATE INDEX "commands_to" ON "commands" USING btree ("to");