//! How the file is built: what readers may differ about, and what a later signature meets.

use lopdf::Object;

use crate::document::Document;
use crate::error::Result;

/// How far from its start a file says that it is linearized (ISO 32000-2, annex F.3.3).
const HEAD: u64 = 1024;
/// How far before its end the end is looked for.
const TAIL: u64 = 2048;

/// How a file is built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Structure {
    /// Whether it was laid out to be shown while it arrives; a revision ends that.
    pub linearized: bool,
    /// Whether it has tables and streams for one and the same section (§7.5.8.4).
    pub hybrid: bool,
    /// Numbers that its first revision leaves out below the highest it names.
    ///
    /// With any, Acrobat calls the first signature invalid once a second one is there
    /// (PDFBOX-5382), and nothing but writing the file anew before the first helps.
    pub left_out: u64,
    /// Whether it has an identifier (§14.4).
    pub identified: bool,
    /// How it ends.
    pub end: End,
}

/// What follows the last `%%EOF`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum End {
    /// Nothing, or one line end.
    #[default]
    Clean,
    /// This many bytes that belong to nothing.
    Followed(u64),
    /// There is no `%%EOF` where it should be.
    Missing,
}

impl Document {
    /// Looks at the file's two ends and at the cross-reference chain, which was read already.
    pub(super) fn build(&self) -> Result<Structure> {
        let chain = self.chain();
        let head = self.bytes(0..self.len().min(HEAD))?;
        let word = b"/Linearized";
        let linearized = head.windows(word.len()).any(|bytes| bytes == word);
        let hybrid = |trailer: &lopdf::Dictionary| trailer.has(b"XRefStm");
        let id = chain.trailer().get(b"ID").ok();
        let id = id.and_then(|id| self.resolve(id).ok());
        Ok(Structure {
            linearized,
            hybrid: chain
                .sections
                .iter()
                .any(|section| hybrid(&section.trailer)),
            // What recovery found is not how it was numbered.
            left_out: match self.is_recovered() {
                true => 0,
                false => chain.left_out(1 + chain.sections.len() - self.revisions()),
            },
            identified: matches!(id, Some(Object::Array(ids)) if ids.len() == 2),
            end: self.end()?,
        })
    }

    fn end(&self) -> Result<End> {
        let tail = self.bytes(self.len().saturating_sub(TAIL)..self.len())?;
        let word = b"%%EOF";
        let Some(at) = tail.windows(word.len()).rposition(|bytes| bytes == word) else {
            return Ok(End::Missing);
        };
        Ok(match tail.get(at + word.len()..).unwrap_or_default() {
            b"" | b"\n" | b"\r" | b"\r\n" => End::Clean,
            rest => End::Followed(rest.len() as u64),
        })
    }
}
