-- SPDX-License-Identifier: Apache-2.0

-- name: insert_user
INSERT INTO user (tenant_id, user_id, username, username_folded, display_name, password_hash, roles, groups, created_at)
VALUES (:tenant_id, :user_id, :username, :username_folded, :display_name, :password_hash, :roles, :groups, :created_at)
ON CONFLICT DO NOTHING;

-- name: user_by_id
SELECT * FROM user WHERE tenant_id = :tenant_id AND user_id = :user_id;

-- name: user_by_name
SELECT * FROM user WHERE tenant_id = :tenant_id AND username_folded = :username_folded;

-- name: all_users
SELECT * FROM user WHERE tenant_id = :tenant_id ORDER BY username_folded;

-- name: count_users
SELECT count(*) AS n FROM user WHERE tenant_id = :tenant_id;

-- name: count_other_admins
SELECT count(*) AS n FROM user
WHERE tenant_id = :tenant_id AND user_id <> :user_id AND is_disabled = 0
  AND EXISTS (SELECT 1 FROM json_each(user.roles) WHERE value = 'admin');

-- name: update_user
UPDATE user SET display_name = :display_name, roles = :roles, groups = :groups, language = :language, theme = :theme,
  is_disabled = :is_disabled
WHERE tenant_id = :tenant_id AND user_id = :user_id;

-- name: set_password_hash
UPDATE user SET password_hash = :password_hash WHERE tenant_id = :tenant_id AND user_id = :user_id;

-- name: set_last_sign_in
UPDATE user SET last_sign_in_at = :at WHERE tenant_id = :tenant_id AND user_id = :user_id;

-- name: insert_session
INSERT INTO session (tenant_id, session_id, user_id, created_at, expires_at)
VALUES (:tenant_id, :session_id, :user_id, :created_at, :expires_at);

-- name: user_of_session
SELECT user.*, session.created_at AS began_at, session.expires_at AS ends_at
FROM session JOIN user USING (tenant_id, user_id)
WHERE tenant_id = :tenant_id AND session_id = :session_id AND expires_at > :at AND is_disabled = 0;

-- name: extend_session
UPDATE session SET expires_at = :ends_at WHERE tenant_id = :tenant_id AND session_id = :session_id;

-- Of a clock that was ahead: they begin now, and end no later than they were to last.
-- name: begin_future_sessions_now
UPDATE session SET created_at = :at, expires_at = min(expires_at, :at + expires_at - created_at)
WHERE tenant_id = :tenant_id AND created_at > :latest;

-- name: delete_session
DELETE FROM session WHERE tenant_id = :tenant_id AND session_id = :session_id;

-- name: delete_sessions_of_user
DELETE FROM session WHERE tenant_id = :tenant_id AND user_id = :user_id AND session_id <> :kept_session_id;

-- name: delete_expired_sessions
DELETE FROM session WHERE tenant_id = :tenant_id AND expires_at <= :at;

-- name: insert_one_time_token
INSERT INTO one_time_token (tenant_id, token_hash, user_id, created_at, expires_at)
VALUES (:tenant_id, :token_hash, :user_id, :created_at, :expires_at);

-- name: one_time_token
SELECT user_id FROM one_time_token
WHERE tenant_id = :tenant_id AND token_hash = :token_hash AND expires_at > :at AND created_at <= :latest;

-- name: delete_one_time_token
DELETE FROM one_time_token WHERE tenant_id = :tenant_id AND token_hash = :token_hash;

-- name: delete_one_time_tokens_of_user
DELETE FROM one_time_token WHERE tenant_id = :tenant_id AND (user_id = :user_id OR expires_at <= :at);

-- name: insert_failed_sign_in
INSERT INTO failed_sign_in (tenant_id, subject, failed_at) VALUES (:tenant_id, :subject, :failed_at);

-- name: failed_sign_ins
SELECT failed_at FROM failed_sign_in
WHERE tenant_id = :tenant_id AND subject = :subject AND failed_at > :after AND failed_at <= :latest
ORDER BY failed_at DESC LIMIT :many;

-- name: forget_failed_sign_ins
DELETE FROM failed_sign_in WHERE tenant_id = :tenant_id AND (subject = :subject OR failed_at <= :before);

-- name: insert_service_account
INSERT INTO service_account
  (tenant_id, account_id, name, key_hash, key_prefix, job_types, routes, created_at, created_by, expires_at)
VALUES
  (:tenant_id, :account_id, :name, :key_hash, :key_prefix, :job_types, :routes, :created_at, :created_by, :expires_at);

-- name: all_service_accounts
SELECT * FROM service_account WHERE tenant_id = :tenant_id ORDER BY created_at, account_id;

-- name: service_account_by_id
SELECT * FROM service_account WHERE tenant_id = :tenant_id AND account_id = :account_id;

-- name: service_account_by_key
SELECT * FROM service_account
WHERE tenant_id = :tenant_id AND key_hash = :key_hash AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > :at);

-- name: revoke_service_account
UPDATE service_account SET revoked_at = :at
WHERE tenant_id = :tenant_id AND account_id = :account_id AND revoked_at IS NULL;

-- name: touch_service_account
UPDATE service_account SET last_used_at = :at WHERE tenant_id = :tenant_id AND account_id = :account_id;

-- name: insert_audit_entry
INSERT INTO audit_entry (tenant_id, at, actor, action, target, reason)
VALUES (:tenant_id, :at, :actor, :action, :target, :reason);

-- name: audit_entries
SELECT * FROM audit_entry
WHERE tenant_id = :tenant_id AND entry_id < :before ORDER BY entry_id DESC LIMIT :many;
