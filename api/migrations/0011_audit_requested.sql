-- An entry is written before its action, with the result REQUESTED; its result is written once.
CREATE FUNCTION "audit_takes_its_result_once"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.result = 'REQUESTED' AND NEW.result <> 'REQUESTED'
    AND to_jsonb(NEW) - 'result' - 'message' = to_jsonb(OLD) - 'result' - 'message' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'The audit is append-only: rows are neither changed nor removed.';
END $$;
--> statement-breakpoint
DROP TRIGGER "audit_append_only" ON "audit";
--> statement-breakpoint
CREATE TRIGGER "audit_append_only" BEFORE DELETE OR TRUNCATE ON "audit" FOR EACH STATEMENT EXECUTE FUNCTION "audit_is_append_only"();
--> statement-breakpoint
CREATE TRIGGER "audit_result_once" BEFORE UPDATE ON "audit" FOR EACH ROW EXECUTE FUNCTION "audit_takes_its_result_once"();
