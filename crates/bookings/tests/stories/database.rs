//! An empty database for each story.

use store::{SecretKey, Store};
use tempfile::TempDir;

pub struct Database {
    pub store: Store,
    pub folder: TempDir,
}

impl Database {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("quince.db").display());
        Self {
            store: Store::open(&url, SecretKey::random().unwrap()).await.unwrap(),
            folder,
        }
    }
}

/// Each story becomes a test on SQLite.
macro_rules! stories {
    ($start:ident: $($story:ident,)+) => {
        $(
            mod $story {
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    let world = crate::world::World::$start(crate::database::Database::sqlite().await).await;
                    super::$story(world).await;
                }
            }
        )+
    };
}
pub(crate) use stories;
