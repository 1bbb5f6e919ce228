-- migrate:up

-- Whose facts, exceptions or standing a transaction has written: what a process that keeps them in memory reads
-- before it uses them. `touched` is the transaction; a reader that remembers the oldest transaction that ran when it
-- read finds everything later by it, also what was being written then. Rows are only added, and removed by age.
-- No federation and no persons: everyone's.
CREATE TABLE person_touched (
  federation_id uuid,
  touched xid8 NOT NULL DEFAULT pg_current_xact_id (),
  person_ids uuid[],
  touched_at timestamptz NOT NULL DEFAULT now ()
);
CREATE INDEX person_touched_by_transaction ON person_touched (touched);
CREATE INDEX person_touched_by_age ON person_touched USING brin (touched_at);

-- Exceptions are written in several places and seldom: the table marks by itself. Facts are written in one place,
-- millions at once, which marks by hand.
CREATE FUNCTION exception_touched () RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO person_touched (federation_id, person_ids)
  SELECT federation_id, array_agg (DISTINCT person_id) FROM written GROUP BY federation_id;
  RETURN NULL;
END $$;
CREATE TRIGGER exception_inserted AFTER INSERT ON membership_exception
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION exception_touched ();
CREATE TRIGGER exception_updated AFTER UPDATE ON membership_exception
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION exception_touched ();
CREATE TRIGGER exception_deleted AFTER DELETE ON membership_exception
  REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION exception_touched ();

-- Whoever empties a table has changed everyone.
CREATE FUNCTION everyone_touched () RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO person_touched DEFAULT VALUES;
  RETURN NULL;
END $$;
CREATE TRIGGER fact_emptied AFTER TRUNCATE ON fact FOR EACH STATEMENT EXECUTE FUNCTION everyone_touched ();
CREATE TRIGGER person_emptied AFTER TRUNCATE ON person FOR EACH STATEMENT EXECUTE FUNCTION everyone_touched ();
CREATE TRIGGER exception_emptied AFTER TRUNCATE ON membership_exception
  FOR EACH STATEMENT EXECUTE FUNCTION everyone_touched ();

-- migrate:down
DROP TRIGGER exception_emptied ON membership_exception;
DROP TRIGGER person_emptied ON person;
DROP TRIGGER fact_emptied ON fact;
DROP FUNCTION everyone_touched;
DROP TRIGGER exception_deleted ON membership_exception;
DROP TRIGGER exception_updated ON membership_exception;
DROP TRIGGER exception_inserted ON membership_exception;
DROP FUNCTION exception_touched;
DROP TABLE person_touched;
