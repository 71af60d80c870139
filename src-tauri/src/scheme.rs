//! The `pdf` scheme: pictures of pages and of signatures for `<img>`.
//!
//! - `pdf://localhost/page?document=ID&page=N&scale=S`: page `N`, counted from 1, of an open
//!   document, at `S` pixels a point.
//! - `pdf://localhost/appearance?login=L&width=W&height=H&scale=S[&reason=R][&location=P][&look=N]`: what a
//!   signature of `L` will look like in a box of `W` by `H` points, on transparent paper; with
//!   `card=C` instead of a login, one by a certificate on a card.
//!
//! The answer is lossless WebP and never kept by the webview; or a [`wire::Error`] as JSON with a
//! status of 400 (not understood), 403, 404 (no such document), 405 or 422 (everything else). On
//! Windows the same addresses begin with `http://pdf.localhost/`.

use std::collections::HashMap;

use service::{
    Appearance, LookChoice, Service, Shown,
    wire::{self, ErrorCode},
};
use tauri::{
    Manager, Runtime, UriSchemeContext, UriSchemeResponder, Url, async_runtime,
    http::{Method, Request, Response, StatusCode, Uri, header},
};

use crate::{
    documents::{Documents, error},
    window::MAIN,
};

/// Answers a request of a webview, off its thread.
pub(crate) fn respond<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app = context.app_handle().clone();
    let window = context.webview_label().to_owned();
    async_runtime::spawn(async move {
        let (service, documents) = (app.state::<Service>(), app.state::<Documents>());
        responder.respond(answer(&service, &documents, &window, &request).await);
    });
}

/// Draws what a window of a label asks for; only the signer's is shown documents.
pub async fn answer(
    service: &Service,
    documents: &Documents,
    window: &str,
    request: &Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    if window != MAIN {
        let refusal = error(ErrorCode::Forbidden, "this window shows no documents");
        return refuse(StatusCode::FORBIDDEN, &refusal);
    }
    if request.method() != Method::GET {
        let refusal = error(ErrorCode::BadRequest, "pictures are only read");
        return refuse(StatusCode::METHOD_NOT_ALLOWED, &refusal);
    }
    let wanted = match Wanted::parse(request.uri()) {
        Ok(wanted) => wanted,
        Err(refusal) => return refuse(StatusCode::BAD_REQUEST, &refusal),
    };
    match wanted.draw(service, documents).await {
        Ok(picture) => reply(StatusCode::OK, "image/webp", picture),
        Err(refusal) if refusal.code == ErrorCode::NoSuchDocument => {
            refuse(StatusCode::NOT_FOUND, &refusal)
        }
        Err(refusal) => refuse(StatusCode::UNPROCESSABLE_ENTITY, &refusal),
    }
}

/// What a picture is wanted of.
#[derive(Debug)]
enum Wanted {
    Page {
        document: String,
        page: u32,
        scale: f64,
    },
    Appearance {
        appearance: Appearance,
        scale: f64,
    },
}

impl Wanted {
    fn parse(uri: &Uri) -> Result<Self, wire::Error> {
        let mut query = Query::parse(uri)?;
        let wanted = match uri.path() {
            "/page" => Self::Page {
                document: query.text("document")?,
                page: query.number("page")?,
                scale: query.number("scale")?,
            },
            "/appearance" => Self::Appearance {
                appearance: Appearance {
                    signer: match query.take("card") {
                        None => Shown::Person {
                            login: query.text("login")?,
                        },
                        Some(certificate) => Shown::Card { certificate },
                    },
                    width: query.number("width")?,
                    height: query.number("height")?,
                    reason: query.take("reason"),
                    location: query.take("location"),
                    look: query
                        .take("look")
                        .map_or_else(LookChoice::default, LookChoice::Named),
                },
                scale: query.number("scale")?,
            },
            _ => return Err(error(ErrorCode::BadRequest, "there is no such picture")),
        };
        query.end()?;
        Ok(wanted)
    }

    async fn draw(self, service: &Service, documents: &Documents) -> Result<Vec<u8>, wire::Error> {
        Ok(match self {
            Self::Page {
                document,
                page,
                scale,
            } => {
                let document = documents.find(&document)?;
                service
                    .page_picture(document.file(), page, scale)
                    .await
                    .map_err(|error| document.told(error))?
            }
            Self::Appearance { appearance, scale } => {
                service.appearance_picture(appearance, scale).await?
            }
        })
    }
}

/// The names and values after the question mark, each name once.
struct Query(HashMap<String, String>);

impl Query {
    fn parse(uri: &Uri) -> Result<Self, wire::Error> {
        // The form differs by platform, the part after the host does not.
        let url = format!(
            "pdf://localhost{}",
            uri.path_and_query().map_or("", |p| p.as_str())
        );
        let url =
            Url::parse(&url).map_err(|_| error(ErrorCode::BadRequest, "this is no address"))?;
        let mut values = HashMap::new();
        for (name, value) in url.query_pairs() {
            if let Some(twice) = values.insert(name.into_owned(), value.into_owned()) {
                let message = format!("given twice, first as {twice:?}");
                return Err(error(ErrorCode::BadRequest, &message));
            }
        }
        Ok(Self(values))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    fn text(&mut self, name: &str) -> Result<String, wire::Error> {
        self.take(name)
            .ok_or_else(|| error(ErrorCode::BadRequest, &format!("{name} is missing")))
    }

    fn number<T: std::str::FromStr>(&mut self, name: &str) -> Result<T, wire::Error> {
        self.text(name)?
            .parse()
            .map_err(|_| error(ErrorCode::BadRequest, &format!("{name} is not a number")))
    }

    /// Refuses what nobody asked about: a misspelt name would otherwise be a default.
    fn end(self) -> Result<(), wire::Error> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(error(
                ErrorCode::BadRequest,
                &format!("{name:?} means nothing here"),
            )),
        }
    }
}

fn refuse(status: StatusCode, refusal: &wire::Error) -> Response<Vec<u8>> {
    let body = serde_json::to_vec(refusal).expect("strings and numbers can be written as JSON");
    reply(status, "application/json", body)
}

fn reply(status: StatusCode, kind: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, kind)
        // A page can be secret, and a signed file replaces nothing but may be signed again.
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(body)
        .expect("status and headers are constants")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn parse(address: &str) -> Result<Wanted, String> {
        Wanted::parse(&address.parse().unwrap()).map_err(|error| error.message)
    }

    #[test]
    fn a_page_is_asked_for_alike_on_all_platforms() {
        for host in ["pdf://localhost", "http://pdf.localhost"] {
            let wanted = parse(&format!("{host}/page?document=document-1&page=3&scale=1.5"));
            let Ok(Wanted::Page {
                document,
                page,
                scale,
            }) = wanted
            else {
                panic!("{wanted:?}");
            };
            assert_eq!((&document[..], page, scale), ("document-1", 3, 1.5));
        }
    }

    #[test]
    fn an_appearance_carries_words_of_any_language() {
        let wanted = parse(
            "pdf://localhost/appearance?login=ada&width=200&height=80&scale=2\
             &reason=Gepr%C3%BCft%20%26%20gebilligt&location=%E6%9D%B1%E4%BA%AC",
        );
        let Ok(Wanted::Appearance { appearance, scale }) = wanted else {
            panic!("{wanted:?}");
        };
        assert_eq!(appearance.reason.as_deref(), Some("Geprüft & gebilligt"));
        assert_eq!(appearance.location.as_deref(), Some("東京"));
        assert_eq!(
            (appearance.width, appearance.height, scale),
            (200.0, 80.0, 2.0)
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (address, told) in [
            ("pdf://localhost/etc/passwd", "no such picture"),
            ("pdf://localhost/page?page=1&scale=1", "document is missing"),
            (
                "pdf://localhost/page?document=a&page=-1&scale=1",
                "page is not a number",
            ),
            (
                "pdf://localhost/page?document=a&page=1&scale=big",
                "scale is not a number",
            ),
            (
                "pdf://localhost/page?document=a&page=1&scale=1&dpi=9",
                "dpi",
            ),
            (
                "pdf://localhost/page?document=a&document=b&page=1&scale=1",
                "twice",
            ),
        ] {
            let message = parse(address).unwrap_err();
            assert!(message.contains(told), "{address}: {message}");
        }
    }
}
