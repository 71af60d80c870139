//! People: by login, by id, by the page.

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Sqlite};

use super::keys;
use super::row::{
    bad_value, bytes, bytes_or_null, count, count_or_null, is_taken, time, to_column, value, word,
};
use crate::account::{
    Account, AccountPage, AccountQuery, Cursor, ListedAccount, Role, fold, words,
};
use crate::error::{Error, Result};
use crate::id::{AccountId, LeafIndex};

/// The most words of a search that are looked at.
const MAX_SEARCH_WORDS: usize = 8;

/// Sorts behind every letter and digit, so that `prefix` up to `prefix` and this is all it begins.
const LAST: char = char::MAX;

pub(super) async fn insert(connection: &mut SqliteConnection, account: &Account) -> Result<()> {
    let inserted = sqlx::query(
        "INSERT INTO account
         (id, login, login_folded, name, email, role, created_at, row_version, officer_signature,
          intent)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(account.id.as_bytes().as_slice())
    .bind(&account.login)
    .bind(fold(&account.login))
    .bind(&account.name)
    .bind(&account.email)
    .bind(account.role.as_str())
    .bind(account.created_at.0)
    .bind(to_column(account.row_version)?)
    .bind(&account.officer_signature)
    .bind(
        account
            .intent
            .map(|intent| to_column(intent.0))
            .transpose()?,
    )
    .execute(&mut *connection)
    .await;
    match inserted {
        Ok(_) => {}
        Err(error) if is_taken(&error, "account.login_folded") => {
            return Err(Error::LoginTaken {
                login: account.login.clone(),
            });
        }
        Err(error) => return Err(error.into()),
    }
    for word in words([&*account.login, &*account.name, &*account.email]) {
        sqlx::query("INSERT INTO account_word (word, account) VALUES (?, ?)")
            .bind(word)
            .bind(account.id.as_bytes().as_slice())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn by_login(
    connection: &mut SqliteConnection,
    login: &str,
) -> Result<Option<Account>> {
    let row = sqlx::query("SELECT * FROM account WHERE login_folded = ?")
        .bind(fold(login))
        .fetch_optional(connection)
        .await?;
    let account = row.as_ref().map(account).transpose()?;
    // The folded login is there for its index; nobody vouches for it.
    if account
        .as_ref()
        .is_some_and(|account| fold(&account.login) != fold(login))
    {
        return Err(bad_value("login_folded"));
    }
    Ok(account)
}

pub(super) async fn by_id(
    connection: &mut SqliteConnection,
    id: AccountId,
) -> Result<Option<Account>> {
    let row = sqlx::query("SELECT * FROM account WHERE id = ?")
        .bind(id.as_bytes().as_slice())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(account).transpose()
}

pub(super) async fn page(
    connection: &mut SqliteConnection,
    query: &AccountQuery,
) -> Result<AccountPage> {
    let search: Vec<_> = words([&*query.search])
        .into_iter()
        .take(MAX_SEARCH_WORDS)
        .collect();
    let limit = usize::try_from(query.limit.clamp(1, AccountQuery::MAX_LIMIT))
        .expect("a page's limit is small");

    let row = total_query(&search)
        .build()
        .fetch_one(&mut *connection)
        .await?;
    let total = count(&row, "total")?;
    // One row more than the page tells whether there is a next one.
    let mut rows = page_query(&search, query.after.as_ref(), limit + 1)
        .build()
        .fetch_all(connection)
        .await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = match rows.last() {
        Some(last) if more => Some(Cursor::after_login(value(last, "login_folded")?)),
        _ => None,
    };
    let accounts = rows.iter().map(listed).collect::<Result<_>>()?;
    Ok(AccountPage {
        total,
        accounts,
        next,
    })
}

pub(super) fn total_query(search: &[String]) -> QueryBuilder<Sqlite> {
    let mut builder = QueryBuilder::new("SELECT count(*) AS total FROM account WHERE TRUE");
    push_search(&mut builder, search);
    builder
}

pub(super) fn page_query(
    search: &[String],
    after: Option<&Cursor>,
    limit: usize,
) -> QueryBuilder<Sqlite> {
    let mut builder = QueryBuilder::new(
        "SELECT account.id AS id, login, login_folded, name, email, role, created_at, row_version,
                account.officer_signature AS officer_signature, account.intent AS intent,
                key_state.key AS state_key, key_state.version AS state_version,
                key_state.status AS state_status, key_state.certificate AS state_certificate,
                key_state.wrapping_key AS state_wrapping_key,
                key_state.officer_signature AS state_officer_signature,
                key_state.intent AS state_intent
         FROM account LEFT JOIN key_state ON key_state.key =
              (SELECT id FROM key WHERE account = account.id ORDER BY ordinal DESC LIMIT 1)
         WHERE login_folded > ",
    );
    builder.push_bind(after.map_or(String::new(), |cursor| cursor.as_str().to_owned()));
    push_search(&mut builder, search);
    builder.push(" ORDER BY login_folded LIMIT ");
    builder.push_bind(i64::try_from(limit).expect("a page's limit is small"));
    builder
}

/// Keeps the accounts of which each search word begins a word.
fn push_search(builder: &mut QueryBuilder<Sqlite>, search: &[String]) {
    for word in search {
        builder.push(" AND account.id IN (SELECT account FROM account_word WHERE word >= ");
        builder.push_bind(word.clone());
        builder.push(" AND word < ");
        builder.push_bind(format!("{word}{LAST}"));
        builder.push(")");
    }
}

pub(super) fn account(row: &SqliteRow) -> Result<Account> {
    Ok(Account {
        id: bytes(row, "id")?,
        login: value(row, "login")?,
        name: value(row, "name")?,
        email: value(row, "email")?,
        role: word(row, "role", Role::parse)?,
        created_at: time(row, "created_at")?,
        row_version: count(row, "row_version")?,
        officer_signature: value(row, "officer_signature")?,
        intent: count_or_null(row, "intent")?.map(LeafIndex),
    })
}

fn listed(row: &SqliteRow) -> Result<ListedAccount> {
    let key = match bytes_or_null(row, "state_key")? {
        Some(key) => Some((key, keys::state(row)?)),
        None => None,
    };
    Ok(ListedAccount {
        account: account(row)?,
        key,
    })
}
