CREATE TABLE "api_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"name" text NOT NULL,
	"owner" text NOT NULL,
	"owner_in_file" boolean NOT NULL,
	"role" text NOT NULL,
	"sequencers" text[],
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"revoked_by" text,
	CONSTRAINT "api_tokens_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"user_name" text,
	"via" text NOT NULL,
	"address" text NOT NULL,
	"action" text NOT NULL,
	"sequencer" text,
	"run" uuid,
	"line" integer,
	"details" text NOT NULL,
	"result" text NOT NULL,
	"message" text
);
--> statement-breakpoint
CREATE TABLE "control" (
	"sequencer" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"asked_by" text,
	"asked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"hash" text PRIMARY KEY NOT NULL,
	"user_name" text NOT NULL,
	"method" text NOT NULL,
	"role" text,
	"sequencers" text[],
	"address" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "control" ADD CONSTRAINT "control_sequencer_sequencers_name_fk" FOREIGN KEY ("sequencer") REFERENCES "public"."sequencers"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_tokens_owner" ON "api_tokens" USING btree ("owner");--> statement-breakpoint
CREATE INDEX "audit_user" ON "audit" USING btree ("user_name","id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "audit_sequencer" ON "audit" USING btree ("sequencer","id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "audit_run" ON "audit" USING btree ("run") WHERE "audit"."run" is not null;--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_name");--> statement-breakpoint
CREATE INDEX "sessions_expiry" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE FUNCTION "audit_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit is append-only: rows are neither changed nor removed.';
END $$;
--> statement-breakpoint
CREATE TRIGGER "audit_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit" FOR EACH STATEMENT EXECUTE FUNCTION "audit_is_append_only"();
