CREATE TABLE "owner_grants" (
	"method" text NOT NULL,
	"user_name" text NOT NULL,
	"role" text,
	"sequencers" text[],
	"seen_at" timestamp (3) with time zone NOT NULL,
	"signed_out_at" timestamp (3) with time zone,
	CONSTRAINT "owner_grants_method_user_name_pk" PRIMARY KEY("method","user_name")
);
--> statement-breakpoint
ALTER TABLE "api_tokens" ADD COLUMN "method" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "grant_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "subject" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "sealed_refresh_token" text;--> statement-breakpoint
-- How the owners of tokens had signed in is in the audit. A token of which it is not known works no more.
UPDATE "api_tokens" SET "method" = CASE WHEN "owner_in_file" THEN 'password' ELSE (
	SELECT "via" FROM "audit"
	WHERE "user_name" = "owner" AND "action" = 'createApiToken' AND "result" = 'DONE' AND "via" IN ('none', 'oidc', 'proxy')
		AND "at" BETWEEN "created_at" - interval '1 minute' AND "created_at" + interval '1 minute'
	ORDER BY abs(extract(epoch FROM "at" - "created_at")) LIMIT 1
) END;--> statement-breakpoint
-- Nobody knows yet what these owners may do: their tokens work as before until the owners have to sign in again. A token does
-- no more than its own role, so ADMIN adds nothing.
INSERT INTO "owner_grants" ("method", "user_name", "role", "seen_at")
SELECT DISTINCT "method", "owner", 'ADMIN', now() FROM "api_tokens"
WHERE "method" IN ('oidc', 'proxy') AND "revoked_at" IS NULL AND "expires_at" > now();--> statement-breakpoint
ALTER TABLE "api_tokens" DROP COLUMN "owner_in_file";
