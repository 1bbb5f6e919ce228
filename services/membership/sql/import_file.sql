-- Uploaded files and their parts.

-- name: import_file_create
INSERT INTO import_file (federation_id, file_id, file_name, sha256, create_time)
VALUES (:federation_id, :file_id, :file_name, :sha256, :record_time)
ON CONFLICT DO NOTHING;

-- name: import_file_lock
SELECT size, part_count, complete, sha256 FROM import_file
WHERE federation_id = :federation_id AND file_id = :file_id FOR UPDATE;

-- name: import_file_get
SELECT file_id, file_name, size, complete, create_time,
  CASE WHEN complete THEN encode (sha256, 'hex') ELSE '' END AS sha256
FROM import_file WHERE federation_id = :federation_id AND file_id = :file_id;

-- name: import_file_grow
UPDATE import_file SET size = size + :size, part_count = part_count + 1, complete = :complete, sha256 = :sha256
WHERE federation_id = :federation_id AND file_id = :file_id;

-- name: import_part_insert
INSERT INTO import_file_part (federation_id, file_id, part, start, size, cipher)
VALUES (:federation_id, :file_id, :part, :start, :size, :cipher);

-- name: import_part_at
-- The part that holds a byte of the file.
SELECT part, start, cipher FROM import_file_part
WHERE federation_id = :federation_id AND file_id = :file_id AND start <= :offset AND start + size > :offset
ORDER BY part LIMIT 1;

-- name: import_mapping_get
SELECT mapping FROM import_mapping WHERE federation_id = :federation_id AND columns_hash = :columns_hash;

-- name: import_mapping_put
INSERT INTO import_mapping (federation_id, columns_hash, mapping, update_time)
VALUES (:federation_id, :columns_hash, :mapping, :record_time)
ON CONFLICT (federation_id, columns_hash) DO UPDATE SET mapping = excluded.mapping, update_time = excluded.update_time;
