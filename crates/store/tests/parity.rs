//! Both migration trees create the same schema: same columns, nullability, kinds of values and keys. Read from the
//! live catalogues, not from the files.

#![expect(clippy::panic, reason = "helpers of tests fail as tests do")]

use sqlx::{Connection, FromRow, PgConnection, SqliteConnection};
use std::collections::BTreeSet;

#[derive(Debug, FromRow, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    table: String,
    name: String,
    kind: String,
    nullable: bool,
}

/// A unique or primary key, an index, or a foreign key, as text.
type Constraints = BTreeSet<String>;

const SQLITE_COLUMNS: &str = "
    select t.name as \"table\", c.name, c.type as kind, c.\"notnull\" = 0 as nullable
    from sqlite_schema t join pragma_table_info(t.name) c
    where t.type = 'table' and t.name not like 'sqlite_%' and t.name <> '_sqlx_migrations'";

const POSTGRES_COLUMNS: &str = "
    select table_name::text as \"table\", column_name::text as name, data_type::text as kind,
           is_nullable = 'YES' as nullable
    from information_schema.columns
    where table_schema = current_schema() and table_name <> '_sqlx_migrations'";

/// An integer primary key is the rowid: SQLite creates no index for it, so it is read from the table.
const SQLITE_KEYS: &str = "
    select t.name || case when i.\"unique\" then ' unique' else ' index' end ||
           case when i.partial then ' partial' else '' end || ' (' ||
           (select group_concat(x.name, ',') from pragma_index_info(i.name) x) || ')'
    from sqlite_schema t join pragma_index_list(t.name) i
    where t.type = 'table' and t.name not like 'sqlite_%' and t.name <> '_sqlx_migrations'
    union all
    select t.name || ' unique (' || c.name || ')' from sqlite_schema t join pragma_table_info(t.name) c
    where t.type = 'table' and t.name not like 'sqlite_%' and t.name <> '_sqlx_migrations'
      and c.pk = 1 and c.type = 'INTEGER'
      and (select count(*) from pragma_table_info(t.name) p where p.pk > 0) = 1";

const POSTGRES_KEYS: &str = "
    select t.relname || case when i.indisunique then ' unique' else ' index' end ||
           case when i.indpred is not null then ' partial' else '' end || ' (' ||
           (select string_agg(a.attname, ',' order by k.n) from unnest(i.indkey) with ordinality k (attnum, n)
            join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum) || ')'
    from pg_index i join pg_class t on t.oid = i.indrelid
    where t.relnamespace = current_schema()::regnamespace and t.relname <> '_sqlx_migrations'";

const SQLITE_REFERENCES: &str = "
    select t.name || '.' || f.\"from\" || ' -> ' || f.\"table\" || '.' || f.\"to\" || ' ' || lower(f.on_delete)
    from sqlite_schema t join pragma_foreign_key_list(t.name) f where t.type = 'table'";

const POSTGRES_REFERENCES: &str = "
    select t.relname || '.' || a.attname || ' -> ' || o.relname || '.' || b.attname || ' ' ||
           case c.confdeltype when 'c' then 'cascade' when 'n' then 'set null' else 'no action' end
    from pg_constraint c
    join pg_class t on t.oid = c.conrelid join pg_class o on o.oid = c.confrelid
    join pg_attribute a on a.attrelid = t.oid and a.attnum = c.conkey[1]
    join pg_attribute b on b.attrelid = o.oid and b.attnum = c.confkey[1]
    where c.contype = 'f' and t.relnamespace = current_schema()::regnamespace";

/// Maps an engine's type to a common class, because SQLite has neither a uuid nor a boolean type.
fn class(kind: &str) -> &'static str {
    match kind.to_ascii_lowercase().as_str() {
        "blob" | "bytea" | "uuid" => "bytes",
        "integer" | "bigint" | "boolean" => "number",
        "text" => "text",
        other => panic!("no migration may use {other}"),
    }
}

fn classed(columns: Vec<Column>) -> BTreeSet<Column> {
    columns.into_iter().map(|column| Column { kind: class(&column.kind).into(), ..column }).collect()
}

#[tokio::test]
async fn both_trees_make_the_same_tables() {
    let Some(postgres) = store::testing::postgres().await else { return };
    let sqlite = store::testing::sqlite().await;
    let mut lite = SqliteConnection::connect(sqlite.url()).await.unwrap();
    let mut post = PgConnection::connect(postgres.url()).await.unwrap();

    let left = sqlx::query_as(SQLITE_COLUMNS).fetch_all(&mut lite).await.unwrap();
    let right = sqlx::query_as(POSTGRES_COLUMNS).fetch_all(&mut post).await.unwrap();
    let (left, right) = (classed(left), classed(right));
    assert!(left.len() > 100, "the catalogue was read: {} columns", left.len());
    assert_eq!(left.difference(&right).collect::<Vec<_>>(), Vec::<&Column>::new(), "only in SQLite");
    assert_eq!(right.difference(&left).collect::<Vec<_>>(), Vec::<&Column>::new(), "only in Postgres");

    for (what, in_sqlite, in_postgres) in
        [("keys", SQLITE_KEYS, POSTGRES_KEYS), ("references", SQLITE_REFERENCES, POSTGRES_REFERENCES)]
    {
        let left: Vec<String> = sqlx::query_scalar(in_sqlite).fetch_all(&mut lite).await.unwrap();
        let right: Vec<String> = sqlx::query_scalar(in_postgres).fetch_all(&mut post).await.unwrap();
        let (left, right): (Constraints, Constraints) =
            (left.into_iter().collect(), right.into_iter().collect());
        assert!(left.len() >= 10, "the catalogue was read: {left:?}");
        assert_eq!(left, right, "{what}");
    }
    post.close().await.unwrap();
}

#[test]
fn both_trees_have_the_same_files() {
    let names = |engine: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/").to_owned() + engine;
        let files = std::fs::read_dir(folder).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect::<BTreeSet<_>>()
    };
    let (left, right) = (names("sqlite"), names("postgres"));
    assert!(!left.is_empty());
    assert_eq!(left, right);
}
