/**
 * Tables as the sources of each CRM create them, with the columns that the recipes of docs/connectors/sql.md use, and made-up
 * rows. AGO(n) stands for a time n seconds ago, as the CRM writes it, and NOW for one that is now.
 */
export const RECIPE_TABLES = {
  /** SuiteCRM/SuiteCRM 7.15: modules/<Module>/vardefs.php, metadata/<relationship>MetaData.php. */
  suitecrm: `
    CREATE TABLE users (id char(36) PRIMARY KEY, is_admin bool DEFAULT 0, status varchar(100), deleted bool,
      portal_only bool DEFAULT 0, is_group bool, factor_auth bool);
    INSERT INTO users VALUES ('1', 1, 'Active', 0, 0, NULL, 1), ('2', 0, 'Active', 0, 0, 0, NULL),
      ('3', 1, 'Inactive', 0, 0, 0, 1), ('4', 0, 'Active', 0, 0, 1, NULL), ('5', 0, 'Active', 1, 0, 0, NULL),
      ('6', 0, 'Active', 0, 1, 0, NULL);
    CREATE TABLE schedulers (id char(36) PRIMARY KEY, deleted bool DEFAULT 0, status varchar(100));
    INSERT INTO schedulers VALUES ('a', 0, 'Active'), ('b', 0, 'Active'), ('c', 0, 'Inactive'), ('d', 0, 'Active');
    CREATE TABLE job_queue (id char(36) PRIMARY KEY, deleted bool, scheduler_id char(36), execute_time datetime,
      status varchar(20), resolution varchar(20));
    INSERT INTO job_queue VALUES
      ('1', 0, 'a', AGO(7200), 'done', 'success'), ('2', 0, 'a', AGO(3600), 'done', 'failure'),
      ('3', 0, 'b', AGO(7200), 'done', 'failure'), ('4', 0, 'b', AGO(3600), 'done', 'success'),
      ('5', 0, 'c', AGO(3600), 'done', 'failure'), ('6', 0, 'd', AGO(600), 'queued', 'queued'),
      ('7', 0, NULL, AGO(-600), 'queued', 'queued'), ('8', 0, NULL, AGO(60), 'running', 'queued'),
      ('9', 1, 'd', AGO(900000), 'done', 'failure');
    CREATE TABLE acl_roles (id char(36) PRIMARY KEY, date_modified datetime);
    INSERT INTO acl_roles VALUES ('r1', AGO(60)), ('r2', AGO(7200));
    CREATE TABLE acl_roles_actions (id varchar(36) PRIMARY KEY, role_id varchar(36), date_modified datetime);
    INSERT INTO acl_roles_actions VALUES ('1', 'r1', AGO(60)), ('2', 'r1', AGO(60)), ('3', 'r2', AGO(7200));
    CREATE TABLE acl_roles_users (id varchar(36) PRIMARY KEY, date_modified datetime, deleted bool DEFAULT 0);
    INSERT INTO acl_roles_users VALUES ('1', AGO(60), 1), ('2', AGO(7200), 0);
    CREATE TABLE securitygroups_users (id varchar(36) PRIMARY KEY, date_modified datetime, deleted bool DEFAULT 0);
    INSERT INTO securitygroups_users VALUES ('1', AGO(60), 0);
    CREATE TABLE securitygroups_acl_roles (id char(36) PRIMARY KEY, date_modified datetime, deleted bool DEFAULT 0);
    CREATE TABLE oauth2clients (id char(36) PRIMARY KEY, date_entered datetime, deleted bool DEFAULT 0);
    INSERT INTO oauth2clients VALUES ('1', AGO(86400), 0), ('2', AGO(172800), 1), ('3', AGO(3600), 0);
    CREATE TABLE emails (id char(36) PRIMARY KEY, date_modified datetime, deleted bool DEFAULT 0, status varchar(100));
    INSERT INTO emails VALUES ('1', AGO(60), 0, 'send_error'), ('2', AGO(60), 0, 'sent'), ('3', AGO(7200), 0, 'send_error');`,

  /** Vtiger 8: schema/DatabaseSchema.xml and, for the tasks, vtlib/Vtiger/Cron.php. */
  vtiger: `
    CREATE TABLE vtiger_users (id int PRIMARY KEY, user_name varchar(255), is_admin varchar(3) DEFAULT 'off',
      status varchar(25), deleted int(1) NOT NULL DEFAULT 0);
    INSERT INTO vtiger_users VALUES (1, 'admin', 'on', 'Active', 0), (2, 'ada', 'off', 'Active', 0),
      (3, 'bob', 'on', 'Inactive', 0), (4, 'cyd', 'on', 'Active', 1), (5, 'dee', 'off', 'Active', 0);
    CREATE TABLE vtiger_loginhistory (login_id int AUTO_INCREMENT PRIMARY KEY, user_name varchar(255) NOT NULL,
      user_ip varchar(25) NOT NULL, logout_time datetime, login_time datetime, status varchar(25));
    INSERT INTO vtiger_loginhistory (user_name, user_ip, login_time, status) VALUES ('admin', '::1', AGO(60), 'Signed in'),
      ('admin', '::1', AGO(7200), 'Signed off'), ('ada', '::1', AGO(8000000), 'Signed off');
    CREATE TABLE vtiger_cron_task (id int NOT NULL PRIMARY KEY AUTO_INCREMENT, name varchar(100) UNIQUE KEY,
      frequency int, laststart int(11) unsigned, lastend int(11) unsigned, status int);
    INSERT INTO vtiger_cron_task (name, frequency, laststart, lastend, status) VALUES
      ('due', 900, unix_timestamp() - 1500, unix_timestamp() - 1490, 1),
      ('not due', 900, unix_timestamp() - 300, unix_timestamp() - 290, 1),
      ('switched off', 900, unix_timestamp() - 90000, 0, 0), ('never', 900, NULL, NULL, 1);`,

  /** Dolibarr: install/mysql/tables/llx_<name>.sql. */
  dolibarr: `
    CREATE TABLE llx_user (rowid integer AUTO_INCREMENT PRIMARY KEY, api_key varchar(128), admin smallint DEFAULT 0,
      datelastlogin datetime, statut tinyint DEFAULT 1);
    INSERT INTO llx_user (api_key, admin, datelastlogin, statut) VALUES ('k', 1, AGO(60), 1), ('', 0, AGO(8000000), 1),
      (NULL, 0, NULL, 1), ('old', 1, NULL, 0);
    CREATE TABLE llx_events (rowid integer AUTO_INCREMENT PRIMARY KEY, type varchar(32) NOT NULL, dateevent datetime,
      description varchar(250) NOT NULL);
    INSERT INTO llx_events (type, dateevent, description) VALUES ('USER_LOGIN_FAILED', AGO(60), ''),
      ('USER_LOGIN_FAILED', AGO(7200), ''), ('USER_LOGIN', AGO(60), ''), ('USER_MODIFY', AGO(60), '');
    CREATE TABLE llx_const (rowid integer AUTO_INCREMENT PRIMARY KEY, name varchar(180) NOT NULL,
      entity integer DEFAULT 1 NOT NULL, value text NOT NULL);
    INSERT INTO llx_const (name, value) VALUES ('MAIN_LOGEVENTS_USER_LOGIN_FAILED', '1'), ('MAIN_LOGEVENTS_USER_LOGIN', '0'),
      ('MAIN_LOGEVENTS_USER_MODIFY', '1'), ('MAIN_LOGEVENTS_USERGROUP_MODIFY', '1');
    CREATE TABLE llx_cronjob (rowid integer AUTO_INCREMENT PRIMARY KEY, datenextrun datetime, datelastresult datetime,
      lastresult text, status integer NOT NULL DEFAULT 1, processing integer NOT NULL DEFAULT 0);
    INSERT INTO llx_cronjob (datenextrun, datelastresult, lastresult, status, processing) VALUES
      (AGO(600), AGO(4200), '0', 1, 0), (AGO(-600), AGO(3000), '-1', 1, 0), (AGO(-600), AGO(3000), 'NULL', 1, 0),
      (AGO(-600), AGO(3000), '''0''', 1, 0), (AGO(600), NULL, '', 1, 1), (AGO(9000), AGO(9000), '-1', 0, 0);`,

  /** tryton/trytond 6: the fields of the models in trytond/res/user.py, trytond/ir/queue_.py and trytond/ir/model.py. */
  tryton: `
    CREATE TABLE res_user (id integer PRIMARY KEY, login varchar NOT NULL, active boolean);
    INSERT INTO res_user VALUES (0, 'root', false), (1, 'admin', true), (2, 'ada', true), (3, 'bob', false);
    CREATE TABLE "res_user-res_group" (id serial PRIMARY KEY, "user" integer NOT NULL, "group" integer NOT NULL);
    INSERT INTO "res_user-res_group" ("user", "group") VALUES (1, 1), (1, 2), (2, 2), (3, 1);
    CREATE TABLE ir_model_data (id serial PRIMARY KEY, fs_id varchar NOT NULL, module varchar NOT NULL, db_id integer);
    INSERT INTO ir_model_data (fs_id, module, db_id) VALUES ('group_admin', 'res', 1), ('group_admin', 'sale', 2);
    CREATE TABLE res_user_login_attempt (id serial PRIMARY KEY, login varchar(512), create_date timestamp(6));
    INSERT INTO res_user_login_attempt (login, create_date) VALUES ('ada', NOW - interval '60 seconds'),
      ('ada', NOW - interval '2 hours');
    CREATE TABLE res_user_application (id serial PRIMARY KEY, key varchar NOT NULL, state varchar, create_date timestamp(6));
    INSERT INTO res_user_application (key, state, create_date) VALUES
      ('1', 'validated', NOW - interval '1 day'), ('2', 'validated', NOW - interval '1 hour'),
      ('3', 'cancelled', NOW - interval '9 days'), ('4', 'requested', NOW);
    CREATE TABLE ir_queue (id serial PRIMARY KEY, name varchar NOT NULL, enqueued_at timestamp(6) NOT NULL,
      dequeued_at timestamp(6), finished_at timestamp(6), scheduled_at timestamp(6), expected_at timestamp(6));
    INSERT INTO ir_queue (name, enqueued_at, scheduled_at, dequeued_at, finished_at) VALUES
      ('default', NOW - interval '10 minutes', NULL, NULL, NULL),
      ('default', NOW - interval '1 day', NOW + interval '1 hour', NULL, NULL),
      ('default', NOW - interval '1 day', NULL, NOW, NULL), ('default', NOW - interval '1 day', NULL, NOW, NOW);`,
} as const;
