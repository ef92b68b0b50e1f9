//! Macros that bind one SQL literal to either engine. The Postgres arm is checked against the schema at compile
//! time (with the offline data in `.sqlx`, so that no database is needed to build): syntax, names, the types of the
//! columns that are read, and the number of parameters. The types of parameters are not checked, because `as _` leaves
//! them to Postgres, which checks them when the statement runs. Tests compile the same statements on SQLite.
//!
//! The first argument lends the connection ([`crate::Source`]). Parameters are expanded twice but evaluated once.

/// Reads rows as `$row`, with `fetch_one`, `fetch_optional` or `fetch_all`. The statement may be split into parts,
/// `"a" + "b"`, so that a long column list is written only once.
macro_rules! rows {
    ($row:ident, $source:expr, $method:ident, $sql:literal $(+ $more:literal)* $(, $bind:expr)* $(,)?) => {{
        let mut lent = $crate::db::Source::lend($source).await?;
        let outcome = match $crate::tx::Lend::on(&mut lent) {
            $crate::tx::On::Sqlite(on) => {
                sqlx::query_as::<_, $row>(concat!($sql $(, $more)*))$(.bind($bind))*.$method(&mut *on).await
            }
            $crate::tx::On::Postgres(on) => {
                sqlx::query_as!($row, $sql $(+ $more)* $(, $bind as _)*).$method(&mut *on).await
            }
        };
        $crate::tx::Lend::note(&mut lent, outcome.as_ref().map(|_| 0));
        outcome.map_err($crate::Error::from)
    }};
}

/// Defines a macro that reads `$row`s, so that an aggregate's columns are written once:
///
/// ```ignore
/// select! { intents -> Intent, "id, user_id, status", "from intents" }
///
/// intents!(from, fetch_optional, "where id = $1", id)
/// intents!(tx, fetch_optional, "update intents set status = $2 where id = $1 returning " + columns, id, status)
/// intents!(from, fetch_all, "select " + columns + " from (select ...)")
/// ```
///
/// The statement is put together from literals, so it is checked like any other statement of [`rows!`].
macro_rules! select {
    ($name:ident -> $row:ident, $columns:tt, $table:tt $(,)?) => {
        select! { @define ($) $name, $row, $columns, $table }
    };
    // `$d` is a dollar sign: the parameters after it belong to the macro that is defined.
    (@define ($d:tt) $name:ident, $row:ident, $columns:tt, $table:tt) => {
        macro_rules! $name {
            ($d from:expr, $d method:ident, $d rest:literal $d(, $d bind:expr)* $d(,)?) => {
                rows!(
                    $row, $d from, $d method, "select " + $columns + " " + $table + " " + $d rest $d(, $d bind)*
                )
            };
            ($d from:expr, $d method:ident, $d before:literal + columns $d(+ $d after:literal)?
                $d(, $d bind:expr)* $d(,)?) => {
                rows!($row, $d from, $d method, $d before + $columns $d(+ $d after)? $d(, $d bind)*)
            };
        }
    };
}

/// Reads a single nullable value of type `$value`; `None` if it is null or there is no row. Postgres describes
/// every expression as nullable, so aggregates are read with this macro too.
macro_rules! value {
    ($value:ty, $source:expr, $sql:literal $(, $bind:expr)* $(,)?) => {{
        let mut lent = $crate::db::Source::lend($source).await?;
        let outcome = match $crate::tx::Lend::on(&mut lent) {
            $crate::tx::On::Sqlite(on) => {
                sqlx::query_scalar::<_, Option<$value>>($sql)$(.bind($bind))*.fetch_optional(&mut *on).await
            }
            $crate::tx::On::Postgres(on) => sqlx::query_scalar!($sql $(, $bind as _)*)
                .fetch_optional(&mut *on)
                .await
                .map(|row| row.map(Option::<$value>::from)),
        };
        $crate::tx::Lend::note(&mut lent, outcome.as_ref().map(|_| 0));
        outcome.map(Option::flatten).map_err($crate::Error::from)
    }};
}

/// Executes a statement that returns no rows, and returns the number of affected rows.
macro_rules! exec {
    ($source:expr, $sql:literal $(, $bind:expr)* $(,)?) => {{
        let mut lent = $crate::db::Source::lend($source).await?;
        let outcome = match $crate::tx::Lend::on(&mut lent) {
            $crate::tx::On::Sqlite(on) => {
                sqlx::query($sql)$(.bind($bind))*.execute(&mut *on).await.map(|done| done.rows_affected())
            }
            $crate::tx::On::Postgres(on) => {
                sqlx::query!($sql $(, $bind as _)*).execute(&mut *on).await.map(|done| done.rows_affected())
            }
        };
        $crate::tx::Lend::settled(&mut lent, outcome)
    }};
}

/// Executes one statement with a row of values for each of `$items`, and returns the number of affected rows:
///
/// ```ignore
/// bulk!(tx, "insert into tags (id, name) ", tags, |tag: &Tag| [tag.id, &tag.name], " on conflict do nothing")
/// ```
///
/// The rows follow `$head` as `VALUES (...), (...)`; each `$tail` follows them, with a parameter where one is given in
/// brackets. The statement's length varies, so it is not checked at compile time. No engine accepts more than 32,766
/// parameters. `$items` is a slice and must not be empty.
macro_rules! bulk {
    (@run $engine:ty, $on:ident, $head:literal, $items:expr, $item:ident, $of:ty,
        [$($value:expr),+], [$($tail:literal $([$bind:expr])?)*]) => {{
        let mut query = sqlx::QueryBuilder::<$engine>::new($head);
        query.push_values($items, |mut row, $item: $of| {
            $(row.push_bind($value);)+
        });
        $(
            query.push($tail);
            $(query.push_bind($bind);)?
        )*
        query.build().execute(&mut *$on).await.map(|done| done.rows_affected())
    }};
    ($tx:expr, $head:literal, $items:expr, |$item:ident: $of:ty| [$($value:expr),+ $(,)?]
        $(, $($tail:literal $([$bind:expr])?)+)? $(,)?) => {{
        let mut lent = $tx.connection()?;
        let outcome = match $crate::tx::Lend::on(&mut lent) {
            $crate::tx::On::Sqlite(on) => bulk!(@run sqlx::Sqlite, on, $head, $items, $item, $of,
                [$($value),+], [$($($tail $([$bind])?)+)?]),
            $crate::tx::On::Postgres(on) => bulk!(@run sqlx::Postgres, on, $head, $items, $item, $of,
                [$($value),+], [$($($tail $([$bind])?)+)?]),
        };
        $crate::tx::Lend::settled(&mut lent, outcome)
    }};
}
