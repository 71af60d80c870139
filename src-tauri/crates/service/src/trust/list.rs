//! EU trusted lists as trust anchors (ETSI TS 119 612 v2.2.1).
//!
//! ```text
//! TrustServiceStatusList
//!   SchemeInformation  SchemeTerritory, SchemeOperatorName, NextUpdate
//!   TrustServiceProviderList / TrustServiceProvider
//!     TSPServices / TSPService
//!       ServiceInformation           type, X509Certificate…, status, since when
//!       ServiceHistory / ServiceHistoryInstance…    what the status was before
//! ```
//!
//! A service gives an anchor for the times at which its status was one of approval (§5.5.4), and
//! only for what it was approved for: certificates for signatures and seals, or time-stamps. The
//! list's XML signature (§5.7.1) is *not* verified: the only library that does so in Rust is young
//! and large, so the file is believed because a person gave it, and every answer says so.
//!
//! Read in one pass; a document type is refused, so no entity is ever declared or expanded.

use std::mem;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use signature::Certificate;

use super::{LARGEST_LIST, Period, Scope};

/// The namespace of all elements that are read (TS 119 612, annex C).
const NAMESPACE: &str = "http://uri.etsi.org/02231/v2#";
/// Deepest nesting; lists have about twelve levels.
const DEEPEST: usize = 64;
/// Most characters of a text that is read: a certificate in base64 with line breaks.
const LONGEST_TEXT: usize = 96 * 1024;
/// Most characters of a name that is kept.
const LONGEST_NAME: usize = 200;
/// Most certificates in a list; the largest member state has some thousand services.
const MOST_CERTIFICATES: usize = 20_000;
/// Most states of one service; each change of its status is one.
const MOST_STATES: usize = 256;

/// Services that issue certificates to people and organisations, and that stamp times (§5.5.1).
const CERTIFIERS: [&str; 2] = [
    "http://uri.etsi.org/TrstSvc/Svctype/CA/QC",
    "http://uri.etsi.org/TrstSvc/Svctype/CA/PKC",
];
const TIME_STAMPERS: [&str; 4] = [
    "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST",
    "http://uri.etsi.org/TrstSvc/Svctype/TSA",
    "http://uri.etsi.org/TrstSvc/Svctype/TSA/TSS-QC",
    "http://uri.etsi.org/TrstSvc/Svctype/TSA/TSS-AdESQCandQES",
];
/// The last part of states of approval: those of eIDAS, then those of the directive before it,
/// which history still has (§5.5.4, annex D.4.2).
const APPROVED: [&str; 6] = [
    "granted",
    "recognisedatnationallevel",
    "undersupervision",
    "supervisionincessation",
    "accredited",
    "setbynationallaw",
];
/// What certificates are for, where a list says so (§5.5.9.4).
const FOR_SIGNATURES: &str = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures";
const FOR_SEALS: &str = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSeals";
const FOR_SITES: &str =
    "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForWebSiteAuthentication";
/// A list of lists names no services.
const OF_LISTS: &str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists";

/// What a trusted list says.
#[derive(Debug, Default)]
pub(super) struct TrustedList {
    territory: String,
    operator: String,
    kind: String,
    /// When the next one is to be published; nothing where the list is closed.
    pub(super) next_update: Option<i64>,
    /// One for each certificate of a service that was approved at some time.
    pub(super) services: Vec<Service>,
    /// Certificates that cannot be read.
    pub(super) skipped: usize,
}

/// One certificate of a service.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) certificate: Certificate,
    pub(super) scope: Scope,
    /// When it was approved, oldest first; never empty.
    pub(super) periods: Vec<Period>,
}

impl TrustedList {
    /// Whose list it is.
    pub(super) fn name(&self) -> String {
        match (self.operator.as_str(), self.territory.as_str()) {
            ("", territory) => territory.to_owned(),
            (operator, "") => operator.to_owned(),
            (operator, territory) => format!("{operator} ({territory})"),
        }
    }
}

/// Reads a trusted list.
///
/// # Errors
/// One sentence on why it is none, or cannot be used.
pub(super) fn read(content: &[u8]) -> Result<TrustedList, &'static str> {
    if content.len() as u64 > LARGEST_LIST {
        return Err("it is too large");
    }
    let text = std::str::from_utf8(content).map_err(|_| "it is not UTF-8")?;
    let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
    let mut reading = Reading::default();
    loop {
        let (namespace, event) = reader
            .read_resolved_event()
            .map_err(|_| "it is no well-formed XML")?;
        let ours = matches!(namespace, ResolveResult::Bound(Namespace(name)) if name == NAMESPACE);
        match event {
            Event::Start(element) => reading.start(ours, &element)?,
            // It has neither text nor children.
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Text(text) => reading.text(&text)?,
            Event::CData(text) => reading.text(&text)?,
            Event::GeneralRef(reference) => {
                let known = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character.to_string(),
                    _ => quick_xml::escape::resolve_predefined_entity(&reference)
                        .ok_or("it has an entity of its own, which is not expanded")?
                        .to_owned(),
                };
                reading.text(&known)?;
            }
            Event::End(_) => reading.end()?,
            Event::DocType(_) => return Err("it has a document type, which no trusted list has"),
            Event::Eof => break,
        }
    }
    reading.finish()
}

/// A state of a service: from the current one, or from its history.
#[derive(Debug, Default)]
struct State {
    kind: String,
    status: String,
    since: Option<i64>,
    purposes: Vec<String>,
}

#[derive(Debug, Default)]
struct Reading {
    list: TrustedList,
    /// Local names of the open elements; empty for those of other namespaces.
    open: Vec<String>,
    /// The text of the innermost element.
    text: String,
    /// Whether the innermost element is in English, where it says.
    english: bool,
    found_root: bool,
    certificates: usize,
    /// Of the service that is read.
    state: State,
    states: Vec<State>,
    identities: Vec<Certificate>,
}

impl Reading {
    fn start(&mut self, ours: bool, element: &BytesStart<'_>) -> Result<(), &'static str> {
        if self.open.len() >= DEEPEST {
            return Err("it is nested too deeply");
        }
        let name = if ours {
            element.local_name().into_inner().to_owned()
        } else {
            String::new()
        };
        if self.open.is_empty() {
            if name != "TrustServiceStatusList" {
                return Err("its root is no TrustServiceStatusList (ETSI TS 119 612)");
            }
            self.found_root = true;
        }
        self.text.clear();
        self.english = name == "Name" && in_english(element);
        match name.as_str() {
            "TSPService" => {
                self.states.clear();
                self.identities.clear();
            }
            "ServiceInformation" | "ServiceHistoryInstance" => self.state = State::default(),
            _ => {}
        }
        self.open.push(name);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), &'static str> {
        // Texts of other elements are of no interest: pictures, addresses, the list's signature.
        if self.open.last().is_none_or(String::is_empty) {
            return Ok(());
        }
        if self.text.len() + text.len() > LONGEST_TEXT {
            return Err("one of its texts is too long");
        }
        self.text.push_str(text);
        Ok(())
    }

    fn end(&mut self) -> Result<(), &'static str> {
        let name = self.open.pop().ok_or("it is no well-formed XML")?;
        let text = mem::take(&mut self.text);
        let text = text.trim();
        let parent = self.open.last().map_or("", String::as_str);
        match (parent, name.as_str()) {
            ("SchemeInformation", "SchemeTerritory") => self.list.territory = short(text),
            ("SchemeInformation", "TSLType") => self.list.kind = short(text),
            ("NextUpdate", "dateTime") => self.list.next_update = unix(text),
            ("SchemeOperatorName", "Name") if self.list.operator.is_empty() || self.english => {
                self.list.operator = short(text);
            }
            ("ServiceInformation" | "ServiceHistoryInstance", "ServiceTypeIdentifier") => {
                self.state.kind = short(text);
            }
            ("ServiceInformation" | "ServiceHistoryInstance", "ServiceStatus") => {
                self.state.status = short(text);
            }
            ("ServiceInformation" | "ServiceHistoryInstance", "StatusStartingTime") => {
                self.state.since = unix(text);
            }
            ("AdditionalServiceInformation", "URI") if self.state.purposes.len() < 16 => {
                self.state.purposes.push(short(text));
            }
            ("DigitalId", "X509Certificate") if self.current() => self.certificate(text)?,
            (_, "ServiceInformation" | "ServiceHistoryInstance") => {
                if self.states.len() >= MOST_STATES {
                    return Err("a service of it has too many states");
                }
                self.states.push(mem::take(&mut self.state));
            }
            (_, "TSPService") => self.close_service(),
            _ => {}
        }
        Ok(())
    }

    /// Whether what is read is about the service as it is now.
    fn current(&self) -> bool {
        self.open.iter().any(|name| name == "ServiceInformation")
    }

    fn certificate(&mut self, text: &str) -> Result<(), &'static str> {
        self.certificates += 1;
        if self.certificates > MOST_CERTIFICATES {
            return Err("it has too many certificates");
        }
        let bare: String = text.split_ascii_whitespace().collect();
        let read = BASE64.decode(bare).ok();
        match read.and_then(|der| Certificate::from_der(&der).ok()) {
            Some(certificate) if !self.identities.contains(&certificate) => {
                self.identities.push(certificate);
            }
            Some(_) => {}
            None => self.list.skipped += 1,
        }
        Ok(())
    }

    fn close_service(&mut self) {
        let states = mem::take(&mut self.states);
        for (scope, kinds) in [
            (Scope::Signers, &CERTIFIERS[..]),
            (Scope::Timestamps, &TIME_STAMPERS[..]),
        ] {
            let periods = periods(&states, kinds);
            if periods.is_empty() {
                continue;
            }
            for certificate in &self.identities {
                self.list.services.push(Service {
                    certificate: certificate.clone(),
                    scope,
                    periods: periods.clone(),
                });
            }
        }
        self.identities.clear();
    }

    fn finish(self) -> Result<TrustedList, &'static str> {
        if !self.found_root || !self.open.is_empty() {
            return Err("it is no well-formed XML");
        }
        if self.list.kind == OF_LISTS {
            return Err("it lists other lists and no services; give the list of a member state");
        }
        if self.list.services.is_empty() {
            return Err("it names no service that was ever approved");
        }
        Ok(self.list)
    }
}

impl State {
    /// Whether it is one of approval for services of these kinds, and for signatures or seals.
    fn approves(&self, kinds: &[&str]) -> bool {
        let word = self.status.rsplit('/').next().unwrap_or_default();
        let approved =
            self.status.starts_with("http://uri.etsi.org/TrstSvc/") && APPROVED.contains(&word);
        let says = |purpose: &str| self.purposes.iter().any(|said| said == purpose);
        let for_sites_only = says(FOR_SITES) && !says(FOR_SIGNATURES) && !says(FOR_SEALS);
        approved && kinds.contains(&self.kind.as_str()) && !for_sites_only
    }
}

/// The times of approval: each state lasts until the next one begins.
///
/// A state without a beginning that can be read approves nothing.
fn periods(states: &[State], kinds: &[&str]) -> Vec<Period> {
    let mut dated: Vec<(i64, bool)> = states
        .iter()
        .filter_map(|state| Some((state.since?, state.approves(kinds))))
        .collect();
    // Where two begin at once, the one that approves nothing counts.
    dated.sort_by_key(|(since, approves)| (*since, !*approves));
    let mut periods: Vec<Period> = Vec::new();
    for (place, (from, approves)) in dated.iter().enumerate() {
        if !approves {
            continue;
        }
        let until = dated.get(place + 1).map(|(next, _)| *next);
        match periods.last_mut() {
            Some(last) if last.until == Some(*from) => last.until = until,
            _ => periods.push(Period { from: *from, until }),
        }
    }
    periods.retain(|period| period.until.is_none_or(|until| period.from < until));
    periods
}

fn in_english(element: &BytesStart<'_>) -> bool {
    // Looking for an attribute that is there twice would take time in the square of them.
    let mut attributes = element.attributes();
    let mut attributes = attributes.with_checks(false).flatten().take(DEEPEST);
    attributes.any(|attribute| {
        attribute.key.into_inner() == "xml:lang"
            && attribute.value.to_ascii_lowercase().starts_with("en")
    })
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}

/// A date and time in UTC, as TS 119 612 §5.1.4 demands; nothing for any other.
fn unix(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(jiff::Timestamp::as_second)
}
