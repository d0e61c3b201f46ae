//! Changing the secret key: everything is sealed anew while others go on, and the key of before can go.

use sqlx::{Connection, PgConnection, SqliteConnection};
use store::reseal::{Resealed, reseal};
use store::{ConnectionId, KeyError, SecretKey, Store, StoreError, connections, key_check};

use crate::database::{Database, person, stories};
use crate::remote::connection;

stories! {
    everything_is_sealed_with_the_new_key_and_the_old_one_can_go,
    keys_given_in_the_other_order_seal_back,
    what_is_entered_meanwhile_is_kept,
    a_process_that_knows_only_the_old_key_keeps_nothing_behind,
    what_is_entered_at_the_last_moment_is_sealed_anew,
    what_cannot_be_opened_is_told_and_holds_nothing_up,
    links_are_what_they_were_before_their_keys_were_kept,
}

/// More than are changed in one transaction.
const MANY: usize = 120;

fn word(n: usize) -> String {
    format!("pass-word-{n:04}")
}

fn seal(key: &SecretKey, id: ConnectionId, password: &str) -> Vec<u8> {
    let (table, column) = connections::SEALED_FOR;
    key.seal(table, &id.to_string(), column, password.as_bytes())
        .unwrap()
}

/// Connections whose passwords are sealed with a key.
async fn connected(store: &Store, key: &SecretKey, many: usize) -> Vec<ConnectionId> {
    let mut tx = store.write().await.unwrap();
    let ada = person(&mut tx, "ada").await;
    let mut ids = Vec::new();
    for n in 0..many {
        let id = connection(&mut tx, ada).await;
        connections::set_password(&mut tx, id, &seal(key, id, &word(n)))
            .await
            .unwrap();
        ids.push(id);
    }
    tx.commit().await.unwrap();
    ids
}

async fn open(store: &Store, id: ConnectionId) -> Result<String, KeyError> {
    let mut tx = store.read().await.unwrap();
    let sealed = connections::find(&mut tx, id).await.unwrap().unwrap();
    let (table, column) = connections::SEALED_FOR;
    let sealed = sealed.password_sealed.unwrap();
    let plain = store.key().open(table, &id.to_string(), column, &sealed)?;
    Ok(String::from_utf8(plain).unwrap())
}

/// What the use cases do with a new password.
async fn enter(store: &Store, id: ConnectionId, password: &str) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    key_check::lock_shared(&mut tx, store.key()).await?;
    connections::set_password(&mut tx, id, &seal(store.key(), id, password)).await?;
    tx.commit().await
}

fn is_wrong<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Key(KeyError::Wrong)))
}

async fn sql(database: &Database, statement: &'static str) {
    if database.url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
}

fn links(store: &Store) -> [[u8; 32]; 3] {
    let keys = store.link_keys();
    [keys.manage, keys.mailed, keys.waiting]
}

async fn everything_is_sealed_with_the_new_key_and_the_old_one_can_go(database: Database) {
    let (old, new) = (database.key.clone(), SecretKey::random().unwrap());
    let ids = connected(&database.store, &old, MANY).await;
    let both = Store::open(&database.url, new.clone().with_earlier(&old))
        .await
        .unwrap();
    assert_eq!(links(&both), links(&database.store));
    let early = Store::open(&database.url, new.clone()).await;
    assert!(is_wrong(&early), "the old key is still needed: {early:?}");
    assert!(
        Store::open(&database.url, old.clone()).await.is_ok(),
        "until everything is sealed anew, the old key opens it"
    );

    let many = i64::try_from(MANY).unwrap();
    for (run, sealed) in [MANY as u64, 0].into_iter().enumerate() {
        let expected = Resealed {
            passwords: sealed,
            sealed_with: [(Some(new.id()), many)].into(),
            lost: 0,
        };
        assert_eq!(reseal(&both).await.unwrap(), expected, "run {run}");
    }
    let alone = Store::open(&database.url, new.clone()).await.unwrap();
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(open(&alone, *id).await.unwrap(), word(n));
    }
    assert_eq!(links(&alone), links(&database.store));
    let late = Store::open(&database.url, old).await;
    assert!(is_wrong(&late), "{late:?}");
    // By itself it has nothing to do.
    assert_eq!(reseal(&alone).await.unwrap().passwords, 0);
}

async fn keys_given_in_the_other_order_seal_back(database: Database) {
    let (old, new) = (database.key.clone(), SecretKey::random().unwrap());
    let ids = connected(&database.store, &old, 2).await;
    let both = Store::open(&database.url, new.clone().with_earlier(&old))
        .await
        .unwrap();
    let flipped = Store::open(&database.url, old.clone().with_earlier(&new))
        .await
        .unwrap();
    enter(&both, ids[0], "sealed with the new key").await.unwrap();
    assert_eq!(open(&flipped, ids[0]).await.unwrap(), "sealed with the new key");
    assert_eq!(reseal(&both).await.unwrap().passwords, 1);
    assert_eq!(reseal(&flipped).await.unwrap().passwords, 2);
    assert!(Store::open(&database.url, old).await.is_ok());
    assert!(is_wrong(&Store::open(&database.url, new).await));
    assert_eq!(open(&database.store, ids[1]).await.unwrap(), word(1));
}

async fn what_is_entered_meanwhile_is_kept(database: Database) {
    let (one, two) = (database.key.clone(), SecretKey::random().unwrap());
    let ids = connected(&database.store, &one, 3).await;
    let ahead = Store::open(&database.url, two.clone().with_earlier(&one))
        .await
        .unwrap();
    let back = Store::open(&database.url, one.clone().with_earlier(&two))
        .await
        .unwrap();
    let (person, resealer) = (ahead.clone(), ahead.clone());
    let (typed, ended) = (ids.clone(), ids.clone());
    let entering = tokio::spawn(async move {
        for n in 0..40 {
            for id in &typed {
                enter(&person, *id, &word(n)).await.unwrap();
            }
        }
    });
    let resealing = tokio::spawn(async move {
        for _ in 0..10 {
            reseal(&resealer).await.unwrap();
            reseal(&back).await.unwrap();
        }
    });
    entering.await.unwrap();
    resealing.await.unwrap();
    for id in ended {
        assert_eq!(open(&ahead, id).await.unwrap(), word(39));
    }
}

async fn a_process_that_knows_only_the_old_key_keeps_nothing_behind(database: Database) {
    let (old, new) = (database.key.clone(), SecretKey::random().unwrap());
    let ids = connected(&database.store, &old, 1).await;
    let both = Store::open(&database.url, new.clone().with_earlier(&old))
        .await
        .unwrap();
    enter(&database.store, ids[0], "while the old key is the key")
        .await
        .unwrap();
    assert_eq!(reseal(&both).await.unwrap().passwords, 1);
    let refused = enter(&database.store, ids[0], "behind it").await;
    assert!(is_wrong(&refused), "{refused:?}");
    assert_eq!(open(&both, ids[0]).await.unwrap(), "while the old key is the key");
    let unknown = open(&database.store, ids[0]).await.unwrap_err();
    assert!(matches!(unknown, KeyError::Unknown(id) if id == new.id()));
    assert!(unknown.to_string().contains("QUINCE_PREVIOUS_SECRET_KEYS"));
}

async fn what_is_entered_at_the_last_moment_is_sealed_anew(database: Database) {
    let (old, new) = (database.key.clone(), SecretKey::random().unwrap());
    let ids = connected(&database.store, &old, 1).await;
    let both = Store::open(&database.url, new.clone().with_earlier(&old))
        .await
        .unwrap();
    // A process with the old key alone is about to keep a password.
    let mut tx = database.store.write().await.unwrap();
    key_check::lock_shared(&mut tx, &old).await.unwrap();
    let resealing = tokio::spawn({
        let both = both.clone();
        async move { reseal(&both).await }
    });
    // On Postgres the first look is through by then and saw the earlier password; on SQLite one writes at a time.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(!resealing.is_finished(), "it waits for whoever keeps a secret");
    connections::set_password(&mut tx, ids[0], &seal(&old, ids[0], "just in time"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let resealed = resealing.await.unwrap().unwrap();
    assert_eq!(resealed.sealed_with, [(Some(new.id()), 1)].into());
    let alone = Store::open(&database.url, new).await.unwrap();
    assert_eq!(open(&alone, ids[0]).await.unwrap(), "just in time");
}

async fn what_cannot_be_opened_is_told_and_holds_nothing_up(database: Database) {
    let (old, new) = (database.key.clone(), SecretKey::random().unwrap());
    let strange = SecretKey::random().unwrap();
    let ids = connected(&database.store, &old, 4).await;
    let mut tx = database.store.write().await.unwrap();
    let mut damaged = seal(&old, ids[0], "damaged");
    *damaged.last_mut().unwrap() ^= 1;
    for (id, sealed) in [
        (ids[0], damaged),
        (ids[1], seal(&strange, ids[1], "of another key")),
        (ids[2], b"cut".to_vec()),
    ] {
        connections::set_password(&mut tx, id, &sealed).await.unwrap();
    }
    tx.commit().await.unwrap();
    let both = Store::open(&database.url, new.clone().with_earlier(&old))
        .await
        .unwrap();
    for sealed in [1, 0] {
        let expected = Resealed {
            passwords: sealed,
            sealed_with: [
                (Some(old.id()), 1),
                (Some(strange.id()), 1),
                (None, 1),
                (Some(new.id()), 1),
            ]
            .into(),
            lost: 3,
        };
        assert_eq!(reseal(&both).await.unwrap(), expected);
    }
    assert!(Store::open(&database.url, new.clone()).await.is_ok());
    // And once its key is given, it is saved.
    let all = new.with_earlier(&strange);
    let all = Store::open(&database.url, all).await.unwrap();
    let resealed = reseal(&all).await.unwrap();
    assert_eq!((resealed.passwords, resealed.lost), (1, 2));
    assert_eq!(open(&all, ids[1]).await.unwrap(), "of another key");
}

async fn links_are_what_they_were_before_their_keys_were_kept(database: Database) {
    let (old, new) = (database.key.clone(), SecretKey::random().unwrap());
    let purposes = ["manage", "mailed", "waiting"];
    let before = purposes.map(|purpose| old.derive(purpose));
    assert_eq!(links(&database.store), before);
    // As a database that is brought up to date and given a new key at once.
    sql(&database, "DELETE FROM link_keys").await;
    let both = Store::open(&database.url, new.clone().with_earlier(&old))
        .await
        .unwrap();
    assert_eq!(links(&both), before);
    reseal(&both).await.unwrap();
    let alone = Store::open(&database.url, new).await.unwrap();
    assert_eq!(links(&alone), before);
    assert_eq!(format!("{:?}", alone.link_keys()), "LinkKeys(hidden)");
}
