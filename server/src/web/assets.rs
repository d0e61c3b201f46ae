//! The browser files: embedded in a release binary, read from the build folder in a debug build.
//!
//! Each is served under a name with a hash of its content, so browsers can cache it for ever and never mix two versions. Files that were
//! compressed at build time are served compressed to browsers that accept it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "$SITE_DIR_OF_QUINCE"]
#[allow_missing = true]
struct Site;

/// The files by the name under which they are served.
#[derive(Clone)]
pub struct Assets {
    by_name: Arc<HashMap<String, &'static str>>,
    urls: Arc<HashMap<&'static str, String>>,
}

/// A file that pages need is missing from this build.
#[derive(Debug, thiserror::Error)]
#[error("The browser's files ({0}) are not in this build. Build with `make run` or `scripts/build`.")]
pub struct Missing(&'static str);

/// The files that pages refer to, by their names in the build.
const PAGE_FILES: [&str; 5] = [
    "page.js",
    "pkg/quince.css",
    "pkg/quince.js",
    "pkg/quince_bg.wasm",
    "favicon.svg",
];

impl Assets {
    /// Loads the files and derives their served names.
    ///
    /// # Errors
    /// [`Missing`] when the site was not built.
    pub fn load() -> Result<Self, Missing> {
        let mut by_name = HashMap::new();
        let mut urls = HashMap::new();
        for file in PAGE_FILES {
            let content = Site::get(file).ok_or(Missing(file))?;
            let name = hashed_name(file, &content.metadata.sha256_hash());
            urls.insert(file, format!("/assets/{name}"));
            by_name.insert(name, file);
        }
        Ok(Self {
            by_name: Arc::new(by_name),
            urls: Arc::new(urls),
        })
    }

    /// The URL of a file such as `pkg/quince.css`.
    pub fn url(&self, file: &str) -> String {
        self.urls.get(file).cloned().unwrap_or_default()
    }
}

fn hashed_name(file: &str, hash: &[u8; 32]) -> String {
    let short = hash[..8].iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    let file = file.rsplit('/').next().unwrap_or(file);
    match file.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}-{short}.{ending}"),
        None => format!("{file}-{short}"),
    }
}

/// Handles `/assets/{name}`.
pub async fn serve(State(assets): State<Assets>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = assets.by_name.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let compressed = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(encoding, _)| accepted.contains(encoding))
        .find_map(|(encoding, ending)| Some((encoding, Site::get(&format!("{file}.{ending}"))?)));
    match compressed {
        Some((encoding, content)) => {
            let mut response = respond(file, content);
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            response
        }
        None => Site::get(file).map_or_else(
            || StatusCode::NOT_FOUND.into_response(),
            |content| respond(file, content),
        ),
    }
}

fn respond(file: &str, content: EmbeddedFile) -> Response {
    let kind = match file.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
    ];
    (headers, Body::from(content.data)).into_response()
}
